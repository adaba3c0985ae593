import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer'
import { ACMClient } from '@aws-sdk/client-acm'
import { AthenaClient } from '@aws-sdk/client-athena'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BudgetsClient } from '@aws-sdk/client-budgets'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SNSClient } from '@aws-sdk/client-sns'
import { WAFV2Client } from '@aws-sdk/client-wafv2'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ECRClient } from '@aws-sdk/client-ecr'
import { EKSClient } from '@aws-sdk/client-eks'
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GlueClient } from '@aws-sdk/client-glue'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { RDSClient } from '@aws-sdk/client-rds'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { Route53Client } from '@aws-sdk/client-route-53'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import type { AwsClients } from '../../src/lib/aws/clients.js'

/** What the fake AWS answers to an operation, by the operation's name without `Command`. */
export type Answers = Record<string, (input: Record<string, unknown>) => unknown>

export interface FakeAws {
  clients: AwsClients
  /** Every call, in order. */
  calls: Array<{ operation: string; input: Record<string, unknown> }>
}

/** Clients without a network. An operation that nobody answers fails the test. */
export function fakeAws(answers: Answers, connection = { accountId: '111122223333', region: 'eu-west-1' }): FakeAws {
  const calls: FakeAws['calls'] = []
  const send = async (command: { input: Record<string, unknown> }): Promise<unknown> => {
    const operation = command.constructor.name.replace(/Command$/, '')
    calls.push({ operation, input: command.input })
    const answer = answers[operation]
    if (!answer) throw new Error(`The fake AWS does not know ${operation}.`)
    return answer(command.input)
  }
  // Paginators insist on an instance of the real class.
  const client = (prototype: object) => async (): Promise<unknown> => Object.assign(Object.create(prototype) as object, { send })
  const clients = {
    connection,
    s3: client(S3Client.prototype),
    eks: client(EKSClient.prototype),
    ec2: client(EC2Client.prototype),
    iam: client(IAMClient.prototype),
    kms: client(KMSClient.prototype),
    sts: client(STSClient.prototype),
    logs: client(CloudWatchLogsClient.prototype),
    rds: client(RDSClient.prototype),
    budgets: client(BudgetsClient.prototype),
    cloudWatch: client(CloudWatchClient.prototype),
    dynamoDb: client(DynamoDBClient.prototype),
    elastiCache: client(ElastiCacheClient.prototype),
    eventBridge: client(EventBridgeClient.prototype),
    sns: client(SNSClient.prototype),
    waf: client(WAFV2Client.prototype),
    accessAnalyzer: client(AccessAnalyzerClient.prototype),
    acm: client(ACMClient.prototype),
    athena: client(AthenaClient.prototype),
    cloudTrail: client(CloudTrailClient.prototype),
    ecr: client(ECRClient.prototype),
    glue: client(GlueClient.prototype),
    route53: client(Route53Client.prototype),
    loadBalancers: client(ElasticLoadBalancingV2Client.prototype),
    classicLoadBalancers: client(ElasticLoadBalancingClient.prototype),
    tagging: client(ResourceGroupsTaggingAPIClient.prototype),
  } as unknown as AwsClients
  return { clients, calls }
}

/** An error as the SDK throws it. */
export function awsError(name: string, status = 400, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status }, $fault: 'client' })
}
