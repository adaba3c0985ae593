import type { AwsConnection } from '../core/target.js'

/**
 * Clients for one account and region. Each is loaded when first asked for, because loading one costs start-up time.
 */
export class AwsClients {
  readonly connection: AwsConnection
  readonly #clients = new Map<string, Promise<unknown>>()

  constructor(connection: AwsConnection) {
    this.connection = connection
  }

  s3 = () =>
    this.#once('s3', async (settings) => {
      const { S3Client } = await import('@aws-sdk/client-s3')
      // Virtual-host addresses (bucket.127.0.0.1) do not resolve.
      return new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined })
    })
  eks = () => this.#once('eks', async (settings) => new (await import('@aws-sdk/client-eks')).EKSClient(settings))
  ec2 = () => this.#once('ec2', async (settings) => new (await import('@aws-sdk/client-ec2')).EC2Client(settings))
  iam = () => this.#once('iam', async (settings) => new (await import('@aws-sdk/client-iam')).IAMClient(settings))
  kms = () => this.#once('kms', async (settings) => new (await import('@aws-sdk/client-kms')).KMSClient(settings))
  sts = () => this.#once('sts', async (settings) => new (await import('@aws-sdk/client-sts')).STSClient(settings))
  logs = () => this.#once('logs', async (settings) => new (await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogsClient(settings))
  loadBalancers = () =>
    this.#once(
      'load-balancers',
      async (settings) => new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2Client(settings),
    )
  classicLoadBalancers = () =>
    this.#once(
      'classic-load-balancers',
      async (settings) => new (await import('@aws-sdk/client-elastic-load-balancing')).ElasticLoadBalancingClient(settings),
    )
  tagging = () =>
    this.#once(
      'tagging',
      async (settings) => new (await import('@aws-sdk/client-resource-groups-tagging-api')).ResourceGroupsTaggingAPIClient(settings),
    )

  #once<T>(service: string, make: (settings: Settings) => Promise<T>): Promise<T> {
    const known = this.#clients.get(service) as Promise<T> | undefined
    if (known) return known
    const client = clientSettings(this.connection).then(make)
    this.#clients.set(service, client)
    return client
  }
}

type Settings = Awaited<ReturnType<typeof clientSettings>>

async function clientSettings(connection: AwsConnection) {
  const { region, endpoint, roleArn } = connection
  return {
    region,
    maxAttempts: 5,
    retryMode: 'standard',
    ...(endpoint !== undefined && { endpoint }),
    ...(connection.credentials && { credentials: connection.credentials }),
    ...(roleArn !== undefined && { credentials: await roleCredentials(connection, roleArn) }),
  }
}

async function roleCredentials(connection: AwsConnection, roleArn: string) {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: 'platform' },
    clientConfig: { region: connection.region, ...(connection.endpoint !== undefined && { endpoint: connection.endpoint }) },
    ...(connection.credentials && { masterCredentials: connection.credentials }),
  })
}
