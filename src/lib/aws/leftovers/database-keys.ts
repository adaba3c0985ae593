import type { AwsClients } from '../clients.js'
import { collect, ownerOf, tagMap } from '../existing/finding.js'
import type { KeyUser, LeftoverScope } from './found.js'

/**
 * Databases of RDS and Aurora that are not the environment's own, their snapshots (also those of AWS Backup), and backups that were
 * kept when a database was deleted. Source: Amazon RDS API reference.
 */
export async function databaseKeyUsers(clients: Pick<AwsClients, 'rds'>, scope: LeftoverScope): Promise<KeyUser[]> {
  const sdk = await import('@aws-sdk/client-rds')
  const client = await clients.rds()
  const ours = (tags: Parameters<typeof tagMap>[0]): boolean => ownerOf(tagMap(tags), scope) === 'ours'
  const kept = (status: string | undefined): boolean => status === 'retained'
  const lists = await Promise.all([
    ...[{}, { SnapshotType: 'awsbackup' }].map(async (type) => {
      const found = await collect(sdk.paginateDescribeDBSnapshots({ client }, type), (page) => page.DBSnapshots)
      return found.map(({ KmsKeyId, DBSnapshotIdentifier }) => user(KmsKeyId, 'database snapshot', DBSnapshotIdentifier))
    }),
    collect(sdk.paginateDescribeDBClusterSnapshots({ client }, {}), (page) => page.DBClusterSnapshots).then((found) =>
      found.map(({ KmsKeyId, DBClusterSnapshotIdentifier }) => user(KmsKeyId, 'database cluster snapshot', DBClusterSnapshotIdentifier)),
    ),
    collect(sdk.paginateDescribeDBInstanceAutomatedBackups({ client }, {}), (page) => page.DBInstanceAutomatedBackups).then((found) =>
      found
        .filter(({ Status }) => kept(Status))
        .map(({ KmsKeyId, DBInstanceIdentifier }) => user(KmsKeyId, 'kept backup of database', DBInstanceIdentifier)),
    ),
    collect(sdk.paginateDescribeDBClusterAutomatedBackups({ client }, {}), (page) => page.DBClusterAutomatedBackups).then((found) =>
      found
        .filter(({ Status }) => kept(Status))
        .map(({ KmsKeyId, DBClusterIdentifier }) => user(KmsKeyId, 'kept backup of database cluster', DBClusterIdentifier)),
    ),
    collect(sdk.paginateDescribeDBInstances({ client }, {}), (page) => page.DBInstances).then((found) =>
      found
        .filter(({ TagList }) => !ours(TagList))
        .map(({ KmsKeyId, DBInstanceIdentifier }) => user(KmsKeyId, 'database', DBInstanceIdentifier)),
    ),
    collect(sdk.paginateDescribeDBClusters({ client }, {}), (page) => page.DBClusters).then((found) =>
      found
        .filter(({ TagList }) => !ours(TagList))
        .map(({ KmsKeyId, DBClusterIdentifier }) => user(KmsKeyId, 'database cluster', DBClusterIdentifier)),
    ),
  ])
  return lists.flat()
}

function user(KmsKeyId: string | undefined, kind: string, name = ''): KeyUser {
  return { keyId: KmsKeyId ?? '', name: `${kind} ${name}` }
}
