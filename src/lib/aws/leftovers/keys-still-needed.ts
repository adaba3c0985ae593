import type { AwsClients } from '../clients.js'
import { explained } from '../explain-error.js'
import { collect, ownerOf, tagMap } from '../existing/finding.js'
import { isOfCluster } from './ec2.js'
import { logGroupPrefixes, type LeftoverScope } from './found.js'

type KeyClients = Pick<AwsClients, 'ec2' | 'logs'>

/** Something that can only be read with a key. */
interface KeyUser {
  keyArn: string
  name: string
}

/**
 * Which keys still encrypt something that outlives the environment: without its key, a kept snapshot or log can never be read again.
 * Looks at the account's EBS snapshots (also those behind images), the EBS volumes and log groups that are not the environment's own,
 * and locked log groups, all in the connection's region. RDS snapshots and AWS Backup recovery points are not looked at: no environment makes them yet.
 * @param keyArns ARNs of the keys whose deletion is planned.
 * @returns the reason by ARN, only for keys that are needed.
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function keysStillNeeded(clients: KeyClients, keyArns: readonly string[], scope: LeftoverScope): Promise<Map<string, string>> {
  const needed = new Map<string, string>()
  if (keyArns.length === 0) return needed
  const users = await explained('find out which keys are still needed', async () =>
    (await Promise.all([snapshots(clients), volumes(clients, scope), logGroups(clients, scope)])).flat(),
  )
  for (const arn of keyArns) {
    const names = users.filter(({ keyArn }) => keyArn === arn).map(({ name }) => name)
    if (names.length > 0) needed.set(arn, `The key still opens ${shortList(names)}.`)
  }
  return needed
}

const ENCRYPTED = [{ Name: 'encrypted', Values: ['true'] }]

async function snapshots(clients: KeyClients): Promise<KeyUser[]> {
  const { paginateDescribeSnapshots } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const all = await collect(paginateDescribeSnapshots({ client }, { OwnerIds: ['self'], Filters: ENCRYPTED }), (page) => page.Snapshots)
  return all.map(({ KmsKeyId = '', SnapshotId = '' }) => ({ keyArn: KmsKeyId, name: `snapshot ${SnapshotId}` }))
}

async function volumes(clients: KeyClients, scope: LeftoverScope): Promise<KeyUser[]> {
  const { paginateDescribeVolumes } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const all = await collect(paginateDescribeVolumes({ client }, { Filters: ENCRYPTED }), (page) => page.Volumes)
  const others = all.filter(({ Tags }) => ownerOf(tagMap(Tags), scope) !== 'ours' && !isOfCluster(tagMap(Tags), scope.clusterName))
  return others.map(({ KmsKeyId = '', VolumeId = '' }) => ({ keyArn: KmsKeyId, name: `volume ${VolumeId}` }))
}

async function logGroups(clients: KeyClients, scope: LeftoverScope): Promise<KeyUser[]> {
  const { paginateDescribeLogGroups } = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await clients.logs()
  const all = await collect(paginateDescribeLogGroups({ client }, {}), (page) => page.logGroups)
  const prefixes = logGroupPrefixes(scope)
  const goes = (name: string): boolean => prefixes.some((prefix) => name.startsWith(prefix))
  return all
    .filter(({ logGroupName = '', deletionProtectionEnabled }) => deletionProtectionEnabled === true || !goes(logGroupName))
    .map(({ kmsKeyId = '', logGroupName = '' }) => ({ keyArn: kmsKeyId, name: `log group ${logGroupName}` }))
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}
