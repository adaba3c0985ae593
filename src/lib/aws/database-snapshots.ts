import type { AwsClients } from './clients.js'
import { explained } from './explain-error.js'

/** A snapshot of a database of an environment, as its tags say. */
export interface DatabaseSnapshot {
  /** Its name; of an automated one, its ARN-free name with "rds:" in front. */
  id: string
  /** Name of the database in the environment's file. */
  database: string
  takenAt: Date
  type: string
  encryptionKey: string | null
}

const RESOURCE = /^databases\/([^/]+)$/

/**
 * The snapshots of the relational databases of an environment, newest first. They carry the tags of their database, also when that is gone.
 * Only those that can be restored are told.
 */
export async function findDatabaseSnapshots(
  clients: Pick<AwsClients, 'rds'>,
  { platform, environment }: { platform: string; environment: string },
): Promise<DatabaseSnapshot[]> {
  const { paginateDescribeDBSnapshots, paginateDescribeDBClusterSnapshots } = await import('@aws-sdk/client-rds')
  return explained('list the snapshots of databases', async () => {
    const client = await clients.rds()
    const found: DatabaseSnapshot[] = []
    const take = (snapshot: {
      id: string | undefined
      at: Date | undefined
      status: string | undefined
      type: string | undefined
      key: string | undefined
      tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> | undefined
    }): void => {
      const tags = new Map((snapshot.tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
      const database = RESOURCE.exec(tags.get('platform:resource') ?? '')?.[1]
      const isOurs = tags.get('platform:name') === platform && tags.get('platform:environment') === environment
      if (!isOurs || database === undefined || snapshot.status !== 'available' || snapshot.id === undefined || !snapshot.at) return
      found.push({ id: snapshot.id, database, takenAt: snapshot.at, type: snapshot.type ?? 'manual', encryptionKey: snapshot.key ?? null })
    }
    for await (const { DBSnapshots } of paginateDescribeDBSnapshots({ client }, {}))
      for (const {
        DBSnapshotIdentifier: id,
        SnapshotCreateTime: at,
        Status: status,
        SnapshotType: type,
        KmsKeyId: key,
        TagList: tags,
      } of DBSnapshots ?? [])
        take({ id, at, status, type, key, tags })
    for await (const { DBClusterSnapshots } of paginateDescribeDBClusterSnapshots({ client }, {}))
      for (const {
        DBClusterSnapshotIdentifier: id,
        SnapshotCreateTime: at,
        Status: status,
        SnapshotType: type,
        KmsKeyId: key,
        TagList: tags,
      } of DBClusterSnapshots ?? [])
        take({ id, at, status, type, key, tags })
    return found.toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime())
  })
}
