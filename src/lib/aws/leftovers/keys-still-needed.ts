import type { AwsClients } from '../clients.js'
import { explained, unlessMissing } from '../explain-error.js'
import { collect, ownerOf, tagMap } from '../existing/finding.js'
import { cacheSnapshots, tableBackups } from './database-copies.js'
import { databaseKeyUsers } from './database-keys.js'
import { isOfCluster } from './ec2.js'
import { findLockedRecords } from './locked-records.js'
import { logGroupPrefixes, type KeyUser, type LeftoverScope } from './found.js'
import { unlessUnavailable } from './unless-unavailable.js'

type KeyClients = Pick<AwsClients, 'connection' | 'dynamoDb' | 'ec2' | 'elastiCache' | 'logs' | 'rds' | 's3'>

export interface NeededKeys {
  /** The reason by ARN, only for keys that are needed. */
  needed: Map<string, string>
  /** What could not be looked at, so that something there may need a key too. As words in a sentence. */
  notLookedAt: string[]
}

/** Its own client library would be large for what is left: EBS and RDS show their recovery points as snapshots of their own. */
const NEVER_LOOKED_AT = 'AWS Backup recovery points of other services than EBS and RDS'

/**
 * Which keys still encrypt something that outlives the environment: without its key, a kept snapshot or log can never be read again.
 * Looks at the account's EBS snapshots (also those behind images), the EBS volumes and log groups that are not the environment's own,
 * locked log groups, the locked records of the audit trail, databases with their snapshots and backups, snapshots of caches, and backups
 * of the environment's tables, all in the connection's region.
 * @param keyArns ARNs of the keys whose deletion is planned.
 * @throws `NoCredentials`, `AwsRefused`. Not for databases: whoever has none may lack the permission, or (in an emulator) the service.
 */
export async function keysStillNeeded(clients: KeyClients, keyArns: readonly string[], scope: LeftoverScope): Promise<NeededKeys> {
  const needed = new Map<string, string>()
  if (keyArns.length === 0) return { needed, notLookedAt: [] }
  const { users, notLookedAt } = await explained('find out which keys are still needed', async () => {
    const [databases, caches, tables, ...others] = await Promise.all([
      unlessUnavailable(databaseKeyUsers(clients, scope)),
      unlessUnavailable(cacheSnapshots(clients)),
      unlessUnavailable(tableBackups(clients, scope)),
      snapshots(clients),
      volumes(clients, scope),
      logGroups(clients, keyArns, scope),
      records(clients, scope),
    ])
    return {
      users: [...others.flat(), ...(databases ?? []), ...(caches ?? []), ...(tables ?? [])],
      notLookedAt: [
        ...(databases ? [] : ['RDS and Aurora databases, snapshots and backups']),
        ...(caches ? [] : ['ElastiCache snapshots']),
        ...(tables ? [] : ['DynamoDB backups']),
        NEVER_LOOKED_AT,
      ],
    }
  })
  for (const arn of keyArns) {
    const names = users.filter(({ keyId }) => isKey(arn, keyId)).map(({ name }) => name)
    if (names.length > 0) needed.set(arn, `The key still opens ${shortList([...new Set(names)])}.`)
  }
  return { needed, notLookedAt }
}

/** Services name a key by its ARN or by its id. */
function isKey(arn: string, keyId: string): boolean {
  return keyId !== '' && (arn === keyId || arn.endsWith(`:key/${keyId}`))
}

const ENCRYPTED = [{ Name: 'encrypted', Values: ['true'] }]

async function snapshots(clients: KeyClients): Promise<KeyUser[]> {
  const { paginateDescribeSnapshots } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const all = await collect(paginateDescribeSnapshots({ client }, { OwnerIds: ['self'], Filters: ENCRYPTED }), (page) => page.Snapshots)
  return all.map(({ KmsKeyId = '', SnapshotId = '' }) => ({ keyId: KmsKeyId, name: `snapshot ${SnapshotId}` }))
}

async function volumes(clients: KeyClients, scope: LeftoverScope): Promise<KeyUser[]> {
  const { paginateDescribeVolumes } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const all = await collect(paginateDescribeVolumes({ client }, { Filters: ENCRYPTED }), (page) => page.Volumes)
  const others = all.filter(({ Tags }) => ownerOf(tagMap(Tags), scope) !== 'ours' && !isOfCluster(tagMap(Tags), scope.clusterName))
  return others.map(({ KmsKeyId = '', VolumeId = '' }) => ({ keyId: KmsKeyId, name: `volume ${VolumeId}` }))
}

async function logGroups(clients: KeyClients, keyArns: readonly string[], scope: LeftoverScope): Promise<KeyUser[]> {
  const { ListTagsForResourceCommand, paginateDescribeLogGroups } = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await clients.logs()
  const all = await collect(paginateDescribeLogGroups({ client }, {}), (page) => page.logGroups)
  const prefixes = logGroupPrefixes(scope)
  // AWS prescribes the names of some, such as those of web ACLs and databases: only tags tell whose they are.
  const goes = async ({ logGroupName = '', logGroupArn: resourceArn }: (typeof all)[number]): Promise<boolean> => {
    if (prefixes.some((prefix) => logGroupName.startsWith(prefix))) return true
    if (resourceArn === undefined) return false
    const answer = await unlessMissing(client.send(new ListTagsForResourceCommand({ resourceArn })), 'ResourceNotFoundException')
    return answer === undefined || ownerOf(answer.tags ?? {}, scope) === 'ours'
  }
  const users: KeyUser[] = []
  for (const group of all.filter(({ kmsKeyId = '' }) => keyArns.some((arn) => isKey(arn, kmsKeyId)))) {
    if (group.deletionProtectionEnabled !== true && (await goes(group))) continue
    users.push({ keyId: group.kmsKeyId ?? '', name: `log group ${group.logGroupName ?? ''}` })
  }
  return users
}

async function records(clients: KeyClients, scope: LeftoverScope): Promise<KeyUser[]> {
  const locked = await findLockedRecords(clients, scope)
  return locked ? [{ keyId: locked.keyId, name: `the records in ${locked.bucket}` }] : []
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}
