import type * as ElastiCache from '@aws-sdk/client-elasticache'
import { unlessMissing } from '../explain-error.js'
import { tagMap, text, type Finder, type Finding, type Tags } from './finding.js'
import { ifOurs } from './owned.js'

type Sdk = typeof ElastiCache
type Client = Awaited<ReturnType<Finding['clients']['elastiCache']>>
interface Found {
  arn?: string | undefined
  state?: string | undefined
}

/** Everything of ElastiCache is known by a name that is unique in its region and kept in small letters. Import id: that name. */
function named(attribute: string, missing: string, read: (sdk: Sdk, client: Client, name: string) => Promise<Found | undefined>): Finder {
  return async (finding, values) => {
    const name = text(values, attribute)?.toLowerCase()
    if (name === undefined) return []
    const client = await finding.clients.elastiCache()
    const found = await unlessMissing(read(await import('@aws-sdk/client-elasticache'), client, name), missing)
    const arn = found?.arn
    return arn === undefined ? [] : ifOurs(finding, { importId: name, state: found?.state }, () => tagsOf(client, arn))
  }
}

async function tagsOf(client: Client, ResourceName: string): Promise<Tags> {
  const { ListTagsForResourceCommand } = await import('@aws-sdk/client-elasticache')
  return tagMap((await client.send(new ListTagsForResourceCommand({ ResourceName }))).TagList)
}

const replicationGroup = named('replication_group_id', 'ReplicationGroupNotFound*', async (sdk, client, name) => {
  const { ReplicationGroups } = await client.send(new sdk.DescribeReplicationGroupsCommand({ ReplicationGroupId: name }))
  const found = ReplicationGroups?.find(({ ReplicationGroupId }) => ReplicationGroupId === name)
  return found && { arn: found.ARN, state: found.Status }
})

const subnetGroup = named('name', 'CacheSubnetGroupNotFound*', async (sdk, client, name) => {
  const { CacheSubnetGroups } = await client.send(new sdk.DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName: name }))
  return { arn: CacheSubnetGroups?.find(({ CacheSubnetGroupName }) => CacheSubnetGroupName === name)?.ARN }
})

const user = named('user_id', 'UserNotFound*', async (sdk, client, name) => {
  const { Users } = await client.send(new sdk.DescribeUsersCommand({ UserId: name }))
  const found = Users?.find(({ UserId }) => UserId === name)
  return found && { arn: found.ARN, state: found.Status }
})

const userGroup = named('user_group_id', 'UserGroupNotFound*', async (sdk, client, name) => {
  const { UserGroups } = await client.send(new sdk.DescribeUserGroupsCommand({ UserGroupId: name }))
  const found = UserGroups?.find(({ UserGroupId }) => UserGroupId === name)
  return found && { arn: found.ARN, state: found.Status }
})

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const cacheFinders: Readonly<Record<string, Finder>> = {
  aws_elasticache_replication_group: replicationGroup,
  aws_elasticache_subnet_group: subnetGroup,
  aws_elasticache_user: user,
  aws_elasticache_user_group: userGroup,
}
