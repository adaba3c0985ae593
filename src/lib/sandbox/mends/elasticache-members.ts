import { withBody, type Answer } from '../gateway/answer.js'
import { elementsOf, textOf } from '../gateway/xml-text.js'
import { QueryInput, queryAnswer, toXml, type XmlValue } from '../services/query-protocol.js'
import { deleteWithFinalSnapshot } from './elasticache-snapshots.js'
import type { Mend, MendContext, MendRequest } from './mend.js'
import { callQuery } from './root-calls.js'

const NAMESPACE = 'http://elasticache.amazonaws.com/doc/2015-02-02/'
const KIND = 'elasticache-groups'

/** What the emulator keeps of a replication group but does not answer, because AWS answers it with the members. */
interface Details extends Record<string, unknown> {
  subnetGroup?: string
  securityGroups: string[]
  maintenanceWindow?: string
  topic?: string
  engineVersion?: string
}

/**
 * Gap: DescribeCacheClusters does not know the members of a replication group, so Terraform can neither make nor read one. AWS has a
 * cache cluster for each member. They are made up here from the group, with what the calls that made it said. And DeleteReplicationGroup
 * makes no final snapshot, see `deleteWithFinalSnapshot`.
 */
export const elasticacheMembers: Mend = {
  id: 'elasticache-members',
  gap: 'DescribeCacheClusters does not find the members of a replication group, and DeleteReplicationGroup makes no final snapshot.',
  service: 'elasticache',
  actions: ['CreateReplicationGroup', 'ModifyReplicationGroup', 'DeleteReplicationGroup', 'DescribeCacheClusters'],
  async handle(request, context) {
    const input = new QueryInput(request.body)
    const answer =
      request.call.action === 'DeleteReplicationGroup'
        ? await deleteWithFinalSnapshot(request, input, context)
        : await context.forward(request)
    if (request.call.action === 'DescribeCacheClusters') return withMembers(answer, input, context)
    if (answer.status === 200) await remember(request, input, context)
    return answer
  },
}

async function remember({ call }: MendRequest, input: QueryInput, { region, shelf }: MendContext): Promise<void> {
  await shelf.update<Details, void>(KIND, (kept) => {
    const key = `${region}/${input.text('ReplicationGroupId')}`
    if (call.action === 'DeleteReplicationGroup') {
      kept.delete(key)
      return
    }
    const before = kept.get(key) ?? { securityGroups: [] }
    const securityGroups = input.list('SecurityGroupIds.SecurityGroupId')
    kept.set(key, {
      subnetGroup: input.text('CacheSubnetGroupName') ?? before.subnetGroup,
      securityGroups: securityGroups.length > 0 ? securityGroups : before.securityGroups,
      maintenanceWindow: input.text('PreferredMaintenanceWindow') ?? before.maintenanceWindow ?? 'sun:05:00-sun:06:00',
      topic: input.text('NotificationTopicArn') ?? before.topic,
      engineVersion: input.text('EngineVersion') ?? before.engineVersion,
    } as Details)
  })
}

async function withMembers(answer: Answer, input: QueryInput, context: MendContext): Promise<Answer> {
  const wanted = input.text('CacheClusterId')
  if (wanted === undefined ? answer.status !== 200 : answer.status !== 404) return answer
  const members = await membersOfGroups(input, context)
  if (wanted !== undefined) {
    const found = members.find(({ CacheClusterId }) => CacheClusterId === wanted)
    return found ? queryAnswer('DescribeCacheClusters', NAMESPACE, { CacheClusters: { CacheCluster: [found] } }) : answer
  }
  if (members.length === 0 || input.isTrue('ShowCacheClustersNotInReplicationGroups')) return answer
  const text = answer.body.toString('utf8').replace(/<CacheClusters\s*\/>|<\/CacheClusters>/, (end) => {
    const added = toXml({ CacheCluster: members })
    return end.startsWith('</') ? added + end : `<CacheClusters>${added}</CacheClusters>`
  })
  return withBody(answer, text)
}

async function membersOfGroups(input: QueryInput, context: MendContext): Promise<Array<Record<string, XmlValue>>> {
  const details = await context.shelf.all<Details>(KIND)
  const xml = await callQuery(context, 'elasticache', { Action: 'DescribeReplicationGroups', Version: '2015-02-02' })
  return elementsOf(xml, 'ReplicationGroup').flatMap((group) => {
    const id = textOf(group, 'ReplicationGroupId') ?? ''
    const known = details.get(`${context.region}/${id}`)
    // A group of another region, or one that is being made.
    if (!known) return []
    return elementsOf(group, 'NodeGroupMember').map((member) =>
      memberXml(id, group, member, known, input.isTrue('ShowCacheNodeInfo'), context),
    )
  })
}

function memberXml(
  groupId: string,
  group: string,
  member: string,
  known: Details,
  showNodes: boolean,
  { region, accountId }: MendContext,
): Record<string, XmlValue> {
  const id = textOf(member, 'CacheClusterId') ?? ''
  const zone = textOf(member, 'PreferredAvailabilityZone')
  const endpoint = { Address: textOf(group, 'Address'), Port: textOf(group, 'Port') }
  const copied = [
    'CacheNodeType',
    'Engine',
    'AutoMinorVersionUpgrade',
    'SnapshotRetentionLimit',
    'SnapshotWindow',
    'AtRestEncryptionEnabled',
    'TransitEncryptionEnabled',
    'TransitEncryptionMode',
    'AuthTokenEnabled',
    'NetworkType',
    'IpDiscovery',
  ]
  const parameterGroup = textOf(group, 'CacheParameterGroupName')
  return {
    CacheClusterId: id,
    ARN: `arn:aws:elasticache:${region}:${accountId}:cluster:${id}`,
    ReplicationGroupId: groupId,
    CacheClusterStatus: textOf(group, 'Status'),
    CacheClusterCreateTime: textOf(group, 'ReplicationGroupCreateTime'),
    NumCacheNodes: 1,
    PreferredAvailabilityZone: zone,
    PreferredMaintenanceWindow: known.maintenanceWindow,
    ...Object.fromEntries(copied.map((name) => [name, textOf(group, name)])),
    EngineVersion: fullVersion(known.engineVersion ?? (textOf(group, 'Engine') === 'valkey' ? '8.0' : '7.1')),
    CacheSubnetGroupName: known.subnetGroup ?? 'default',
    ...(parameterGroup !== undefined && {
      CacheParameterGroup: { CacheParameterGroupName: parameterGroup, ParameterApplyStatus: 'in-sync' },
    }),
    SecurityGroups: { member: known.securityGroups.map((SecurityGroupId) => ({ SecurityGroupId, Status: 'active' })) },
    ...(known.topic !== undefined && { NotificationConfiguration: { TopicArn: known.topic, TopicStatus: 'active' } }),
    ...(showNodes && {
      CacheNodes: {
        CacheNode: [
          {
            CacheNodeId: '0001',
            CacheNodeStatus: 'available',
            Endpoint: endpoint,
            ParameterGroupStatus: 'in-sync',
            CustomerAvailabilityZone: zone,
          },
        ],
      },
    }),
  }
}

/** `7.1` is answered as `7.1.0`, as AWS does. */
function fullVersion(version: string): string {
  return [...version.split('.'), '0', '0'].slice(0, 3).join('.')
}
