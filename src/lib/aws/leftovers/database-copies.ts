import type { AwsClients } from '../clients.js'
import { collect, tagMap, type Tags } from '../existing/finding.js'
import { mapLimited } from '../waiting.js'
import type { LeftoverScope } from './found.js'

/** Data of a database that outlives it. */
export interface DatabaseCopy {
  arn: string
  type: string
  /** In words, such as `cache snapshot NAME`. */
  name: string
  /** The key's ARN or id; empty when it is not encrypted with a key of the account. */
  keyId: string
  tags?: Tags
  /** When AWS itself removes it. */
  until?: Date
}

const AT_ONCE = 4

/** Snapshots of caches. Source: Amazon ElastiCache API reference. */
export async function cacheSnapshots(clients: Pick<AwsClients, 'elastiCache'>): Promise<DatabaseCopy[]> {
  const { paginateDescribeSnapshots } = await import('@aws-sdk/client-elasticache')
  const client = await clients.elastiCache()
  const all = await collect(paginateDescribeSnapshots({ client }, {}), (page) => page.Snapshots)
  return all.map(({ ARN = '', SnapshotName = '', KmsKeyId = '' }) => ({
    arn: ARN,
    type: 'elasticache:snapshot',
    name: `cache snapshot ${SnapshotName}`,
    keyId: KmsKeyId,
  }))
}

/**
 * Backups of the environment's tables, also the one that DynamoDB keeps for 35 days when a table with point-in-time recovery is
 * deleted. A backup tells its key only when it is asked for by itself, so only those of tables with the environment's name are.
 * Source: Amazon DynamoDB API reference.
 */
export async function tableBackups(clients: Pick<AwsClients, 'dynamoDb'>, scope: LeftoverScope): Promise<DatabaseCopy[]> {
  const sdk = await import('@aws-sdk/client-dynamodb')
  const client = await clients.dynamoDb()
  const prefix = `${scope.platform}-${scope.environment}-`
  const summaries: Array<{ BackupArn: string; TableName: string }> = []
  let start: string | undefined
  do {
    const command = new sdk.ListBackupsCommand({ BackupType: 'ALL', ...(start !== undefined && { ExclusiveStartBackupArn: start }) })
    const page = await client.send(command)
    for (const { BackupArn, TableName, BackupStatus } of page.BackupSummaries ?? [])
      if (BackupArn !== undefined && TableName?.startsWith(prefix) && BackupStatus !== 'DELETED') summaries.push({ BackupArn, TableName })
    start = page.LastEvaluatedBackupArn
  } while (start !== undefined)
  return mapLimited(summaries, AT_ONCE, async ({ BackupArn, TableName }) => {
    const { BackupDescription } = await client.send(new sdk.DescribeBackupCommand({ BackupArn }))
    const until = BackupDescription?.BackupDetails?.BackupExpiryDateTime
    return {
      arn: BackupArn,
      type: 'dynamodb:backup',
      name: `backup of table ${TableName}`,
      keyId: BackupDescription?.SourceTableFeatureDetails?.SSEDescription?.KMSMasterKeyArn ?? '',
      ...(until && { until }),
    }
  })
}

/** Snapshots of RDS and Aurora, with the tags of the database that they were made of. */
export async function databaseSnapshots(clients: Pick<AwsClients, 'rds'>): Promise<DatabaseCopy[]> {
  const sdk = await import('@aws-sdk/client-rds')
  const client = await clients.rds()
  const [instances, clusters] = await Promise.all([
    collect(sdk.paginateDescribeDBSnapshots({ client }, {}), (page) => page.DBSnapshots),
    collect(sdk.paginateDescribeDBClusterSnapshots({ client }, {}), (page) => page.DBClusterSnapshots),
  ])
  return [
    ...instances.map(({ DBSnapshotArn = '', DBSnapshotIdentifier = '', KmsKeyId = '', TagList }) => ({
      arn: DBSnapshotArn,
      type: 'rds:snapshot',
      name: `database snapshot ${DBSnapshotIdentifier}`,
      keyId: KmsKeyId,
      tags: tagMap(TagList),
    })),
    ...clusters.map(({ DBClusterSnapshotArn = '', DBClusterSnapshotIdentifier = '', KmsKeyId = '', TagList }) => ({
      arn: DBClusterSnapshotArn,
      type: 'rds:cluster-snapshot',
      name: `database cluster snapshot ${DBClusterSnapshotIdentifier}`,
      keyId: KmsKeyId,
      tags: tagMap(TagList),
    })),
  ]
}
