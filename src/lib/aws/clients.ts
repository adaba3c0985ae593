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
  rds = () => this.#once('rds', async (settings) => new (await import('@aws-sdk/client-rds')).RDSClient(settings))
  dynamoDb = () => this.#once('dynamodb', async (settings) => new (await import('@aws-sdk/client-dynamodb')).DynamoDBClient(settings))
  ecr = () => this.#once('ecr', async (settings) => new (await import('@aws-sdk/client-ecr')).ECRClient(settings))
  cloudTrail = () =>
    this.#once('cloudtrail', async (settings) => new (await import('@aws-sdk/client-cloudtrail')).CloudTrailClient(settings))
  athena = () => this.#once('athena', async (settings) => new (await import('@aws-sdk/client-athena')).AthenaClient(settings))
  glue = () => this.#once('glue', async (settings) => new (await import('@aws-sdk/client-glue')).GlueClient(settings))
  route53 = () => this.#once('route53', async (settings) => new (await import('@aws-sdk/client-route-53')).Route53Client(settings))
  acm = () => this.#once('acm', async (settings) => new (await import('@aws-sdk/client-acm')).ACMClient(settings))
  accessAnalyzer = () =>
    this.#once('access-analyzer', async (settings) => new (await import('@aws-sdk/client-accessanalyzer')).AccessAnalyzerClient(settings))
  budgets = () => this.#once('budgets', async (settings) => new (await import('@aws-sdk/client-budgets')).BudgetsClient(settings))
  cloudWatch = () =>
    this.#once('cloudwatch', async (settings) => new (await import('@aws-sdk/client-cloudwatch')).CloudWatchClient(settings))
  elastiCache = () =>
    this.#once('elasticache', async (settings) => new (await import('@aws-sdk/client-elasticache')).ElastiCacheClient(settings))
  eventBridge = () =>
    this.#once('eventbridge', async (settings) => new (await import('@aws-sdk/client-eventbridge')).EventBridgeClient(settings))
  sns = () => this.#once('sns', async (settings) => new (await import('@aws-sdk/client-sns')).SNSClient(settings))
  waf = () => this.#once('waf', async (settings) => new (await import('@aws-sdk/client-wafv2')).WAFV2Client(settings))
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

/**
 * Endpoint URLs of the environment and of profiles are left out everywhere: Terraform does not see them either, and both must work
 * on the same AWS. Only the endpoint of a sandbox counts. Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
 */
const NO_CONFIGURED_ENDPOINTS = { ignoreConfiguredEndpointUrls: true }

async function clientSettings(connection: AwsConnection) {
  const { region, endpoint } = connection
  return {
    region,
    maxAttempts: 5,
    retryMode: 'standard',
    ...NO_CONFIGURED_ENDPOINTS,
    ...(endpoint !== undefined && { endpoint }),
    credentials: await credentialsFor(connection),
  }
}

async function credentialsFor(connection: AwsConnection) {
  const { region, endpoint, roleArn } = connection
  if (connection.credentials && roleArn === undefined) return connection.credentials
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  // The SDK's own chain. It calls STS or single sign-on by itself, and must not be led elsewhere either.
  const own = connection.credentials ?? fromNodeProviderChain({ clientConfig: NO_CONFIGURED_ENDPOINTS })
  if (roleArn === undefined) return own
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: 'platform' },
    clientConfig: { region, ...NO_CONFIGURED_ENDPOINTS, ...(endpoint !== undefined && { endpoint }) },
    masterCredentials: own,
  })
}
