import { unlessMissing } from '../explain-error.js'
import { askSnapshot } from './final-snapshots.js'
import type { Arn, LeftoverClients, Verdict } from './found.js'

type Ask = (clients: LeftoverClients, arn: string, parsed: Arn) => Promise<Verdict>

/** What the answer of a call says; `missing` are the names by which the service says that there is no such thing. */
async function answerOf(call: Promise<unknown>, ...missing: string[]): Promise<Verdict> {
  return (await unlessMissing(call, ...missing)) === undefined ? 'gone' : 'exists'
}

const SNAPSHOT = { retained: 'It is a snapshot of a database, and holds data.' }

const askRds: Ask = async (clients, _arn, { kind, id }) => {
  const sdk = await import('@aws-sdk/client-rds')
  const client = await clients.rds()
  switch (kind) {
    case 'db':
      return answerOf(client.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: id })), 'DBInstanceNotFound*')
    case 'cluster':
      return answerOf(client.send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: id })), 'DBClusterNotFound*')
    case 'subgrp':
      return answerOf(client.send(new sdk.DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: id })), 'DBSubnetGroupNotFound*')
    case 'pg':
      return answerOf(client.send(new sdk.DescribeDBParameterGroupsCommand({ DBParameterGroupName: id })), 'DBParameterGroupNotFound*')
    case 'cluster-pg':
      return answerOf(
        client.send(new sdk.DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: id })),
        'DBParameterGroupNotFound*',
        'DBClusterParameterGroupNotFound*',
      )
    case 'snapshot':
    case 'cluster-snapshot':
      return askSnapshot(clients, kind, id)
    default:
      return 'unconfirmed'
  }
}

const askElastiCache: Ask = async (clients, _arn, { kind, id }) => {
  const sdk = await import('@aws-sdk/client-elasticache')
  const client = await clients.elastiCache()
  switch (kind) {
    case 'replicationgroup':
      return answerOf(client.send(new sdk.DescribeReplicationGroupsCommand({ ReplicationGroupId: id })), 'ReplicationGroupNotFound*')
    case 'cluster':
      return answerOf(client.send(new sdk.DescribeCacheClustersCommand({ CacheClusterId: id })), 'CacheClusterNotFound*')
    case 'subnetgroup':
      return answerOf(client.send(new sdk.DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName: id })), 'CacheSubnetGroupNotFound*')
    case 'user':
      return answerOf(client.send(new sdk.DescribeUsersCommand({ UserId: id })), 'UserNotFound*')
    case 'usergroup':
      return answerOf(client.send(new sdk.DescribeUserGroupsCommand({ UserGroupId: id })), 'UserGroupNotFound*')
    case 'snapshot': {
      const answer = await unlessMissing(client.send(new sdk.DescribeSnapshotsCommand({ SnapshotName: id })), 'SnapshotNotFound*')
      return answer?.Snapshots?.length ? SNAPSHOT : 'gone'
    }
    default:
      return 'unconfirmed'
  }
}

const askDynamoDb: Ask = async (clients, _arn, { kind, id }) => {
  if (kind !== 'table' || id.includes('/')) return 'unconfirmed'
  const { DescribeTableCommand } = await import('@aws-sdk/client-dynamodb')
  return answerOf((await clients.dynamoDb()).send(new DescribeTableCommand({ TableName: id })), 'ResourceNotFoundException')
}

/** Tells the tags of web ACLs and sets of addresses alike, and nothing of what is gone. */
const askWaf: Ask = async (clients, ResourceARN) => {
  const { ListTagsForResourceCommand } = await import('@aws-sdk/client-wafv2')
  return answerOf((await clients.waf()).send(new ListTagsForResourceCommand({ ResourceARN })), 'WAFNonexistentItemException')
}

const askSns: Ask = async (clients, TopicArn, { resource }) => {
  // The ARN of a subscription goes on after the topic.
  if (resource.includes(':')) return 'unconfirmed'
  const { GetTopicAttributesCommand } = await import('@aws-sdk/client-sns')
  return answerOf((await clients.sns()).send(new GetTopicAttributesCommand({ TopicArn })), 'NotFound*')
}

const askEvents: Ask = async (clients, _arn, { kind, id }) => {
  if (kind !== 'rule' || id.includes('/')) return 'unconfirmed'
  const { DescribeRuleCommand } = await import('@aws-sdk/client-eventbridge')
  return answerOf((await clients.events()).send(new DescribeRuleCommand({ Name: id })), 'ResourceNotFoundException')
}

const askCloudWatch: Ask = async (clients, _arn, { kind, id }) => {
  if (kind !== 'alarm') return 'unconfirmed'
  const { DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch')
  const { MetricAlarms = [] } = await (await clients.cloudWatch()).send(new DescribeAlarmsCommand({ AlarmNames: [id] }))
  return MetricAlarms.length === 0 ? 'gone' : 'exists'
}

const askBudgets: Ask = async (clients, _arn, { kind, id }) => {
  if (kind !== 'budget') return 'unconfirmed'
  const { DescribeBudgetCommand } = await import('@aws-sdk/client-budgets')
  const command = new DescribeBudgetCommand({ AccountId: clients.connection.accountId, BudgetName: id })
  return answerOf((await clients.budgets()).send(command), 'NotFound*')
}

const ASKS: Readonly<Record<string, Ask>> = {
  budgets: askBudgets,
  cloudwatch: askCloudWatch,
  dynamodb: askDynamoDb,
  elasticache: askElastiCache,
  events: askEvents,
  rds: askRds,
  sns: askSns,
  wafv2: askWaf,
}

/** Asks the services of an environment's edge, databases and alarms. Undefined for any other service. */
export function askService(clients: LeftoverClients, arn: string, parsed: Arn): Promise<Verdict> | undefined {
  return Object.hasOwn(ASKS, parsed.service) ? ASKS[parsed.service]?.(clients, arn, parsed) : undefined
}
