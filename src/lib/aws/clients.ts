import type { AwsConnection } from '../core/target.js'
import { credentialsFor, NO_CONFIGURED_ENDPOINTS } from './credentials.js'

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
  elastiCache = () =>
    this.#once('elasticache', async (settings) => new (await import('@aws-sdk/client-elasticache')).ElastiCacheClient(settings))
  waf = () => this.#once('waf', async (settings) => new (await import('@aws-sdk/client-wafv2')).WAFV2Client(settings))
  sns = () => this.#once('sns', async (settings) => new (await import('@aws-sdk/client-sns')).SNSClient(settings))
  events = () => this.#once('events', async (settings) => new (await import('@aws-sdk/client-eventbridge')).EventBridgeClient(settings))
  cloudWatch = () =>
    this.#once('cloudwatch', async (settings) => new (await import('@aws-sdk/client-cloudwatch')).CloudWatchClient(settings))
  budgets = () => this.#once('budgets', async (settings) => new (await import('@aws-sdk/client-budgets')).BudgetsClient(settings))
  ecr = () => this.#once('ecr', async (settings) => new (await import('@aws-sdk/client-ecr')).ECRClient(settings))
  cloudTrail = () =>
    this.#once('cloudtrail', async (settings) => new (await import('@aws-sdk/client-cloudtrail')).CloudTrailClient(settings))
  athena = () => this.#once('athena', async (settings) => new (await import('@aws-sdk/client-athena')).AthenaClient(settings))
  glue = () => this.#once('glue', async (settings) => new (await import('@aws-sdk/client-glue')).GlueClient(settings))
  route53 = () => this.#once('route53', async (settings) => new (await import('@aws-sdk/client-route-53')).Route53Client(settings))
  acm = () => this.#once('acm', async (settings) => new (await import('@aws-sdk/client-acm')).ACMClient(settings))
  accessAnalyzer = () =>
    this.#once('access-analyzer', async (settings) => new (await import('@aws-sdk/client-accessanalyzer')).AccessAnalyzerClient(settings))
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
