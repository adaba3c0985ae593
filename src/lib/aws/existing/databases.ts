import { unlessMissing } from '../explain-error.js'
import type { Finder, Finding } from './finding.js'
import { byName, type Namesake } from './named.js'

const rds = () => import('@aws-sdk/client-rds')
const elastiCache = () => import('@aws-sdk/client-elasticache')

const instance = byName('identifier', async ({ clients }, name) => {
  const { DescribeDBInstancesCommand } = await rds()
  const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: name })
  const found = (await unlessMissing((await clients.rds()).send(command), 'DBInstanceNotFound*'))?.DBInstances?.[0]
  return found && { importId: name, state: found.DBInstanceStatus, tags: found.TagList }
})

const cluster = byName('cluster_identifier', async ({ clients }, name) => {
  const { DescribeDBClustersCommand } = await rds()
  const command = new DescribeDBClustersCommand({ DBClusterIdentifier: name })
  const found = (await unlessMissing((await clients.rds()).send(command), 'DBClusterNotFound*'))?.DBClusters?.[0]
  return found && { importId: name, state: found.Status, tags: found.TagList }
})

const subnetGroup = byName('name', async ({ clients }, name) => {
  const { DescribeDBSubnetGroupsCommand, ListTagsForResourceCommand } = await rds()
  const client = await clients.rds()
  const command = new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name })
  const found = (await unlessMissing(client.send(command), 'DBSubnetGroupNotFound*'))?.DBSubnetGroups?.[0]
  if (!found) return undefined
  return { importId: name, tags: (await client.send(new ListTagsForResourceCommand({ ResourceName: found.DBSubnetGroupArn }))).TagList }
})

const table = byName('name', async ({ clients }, name) => {
  const { DescribeTableCommand, ListTagsOfResourceCommand } = await import('@aws-sdk/client-dynamodb')
  const client = await clients.dynamoDb()
  const found = (await unlessMissing(client.send(new DescribeTableCommand({ TableName: name })), 'ResourceNotFound*'))?.Table
  if (!found) return undefined
  const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: found.TableArn }))
  return { importId: name, state: found.TableStatus, tags: Tags }
})

/** What ElastiCache calls `ARN` and `Status`, with the tags. */
async function ofCache(
  { clients }: Finding,
  importId: string,
  found: { ARN?: string | undefined; Status?: string | undefined } | undefined,
): Promise<Namesake | undefined> {
  if (!found) return undefined
  const { ListTagsForResourceCommand } = await elastiCache()
  const { TagList } = await (await clients.elastiCache()).send(new ListTagsForResourceCommand({ ResourceName: found.ARN }))
  return { importId, state: found.Status, tags: TagList }
}

const replicationGroup = byName('replication_group_id', async (finding, name) => {
  const { DescribeReplicationGroupsCommand } = await elastiCache()
  const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId: name })
  const answer = await unlessMissing((await finding.clients.elastiCache()).send(command), 'ReplicationGroupNotFound*')
  return ofCache(finding, name, answer?.ReplicationGroups?.[0])
})

const cacheSubnetGroup = byName('name', async (finding, name) => {
  const { DescribeCacheSubnetGroupsCommand } = await elastiCache()
  const command = new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName: name })
  const answer = await unlessMissing((await finding.clients.elastiCache()).send(command), 'CacheSubnetGroupNotFound*')
  return ofCache(finding, name, answer?.CacheSubnetGroups?.[0])
})

const user = byName('user_id', async (finding, name) => {
  const { DescribeUsersCommand } = await elastiCache()
  const answer = await unlessMissing(
    (await finding.clients.elastiCache()).send(new DescribeUsersCommand({ UserId: name })),
    'UserNotFound*',
  )
  return ofCache(finding, name, answer?.Users?.[0])
})

const userGroup = byName('user_group_id', async (finding, name) => {
  const { DescribeUserGroupsCommand } = await elastiCache()
  const command = new DescribeUserGroupsCommand({ UserGroupId: name })
  const answer = await unlessMissing((await finding.clients.elastiCache()).send(command), 'UserGroupNotFound*')
  return ofCache(finding, name, answer?.UserGroups?.[0])
})

/** All are imported by their names, as the provider's documentation of each resource says (section "Import"). */
export const databaseFinders: Readonly<Record<string, Finder>> = {
  aws_db_instance: instance,
  aws_db_subnet_group: subnetGroup,
  aws_dynamodb_table: table,
  aws_elasticache_replication_group: replicationGroup,
  aws_elasticache_subnet_group: cacheSubnetGroup,
  aws_elasticache_user: user,
  aws_elasticache_user_group: userGroup,
  aws_rds_cluster: cluster,
  aws_rds_cluster_instance: instance,
}
