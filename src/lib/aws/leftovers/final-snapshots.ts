import { unlessMissing } from '../explain-error.js'
import type { LeftoverClients } from './found.js'

/**
 * What RDS says of a snapshot that carries the tags of the environment. One that somebody made, or that a database left behind when it
 * was destroyed, stays on purpose; automatic ones go with their database.
 * @param kind `snapshot` or `cluster-snapshot`, as in its ARN.
 */
export async function askSnapshot(
  clients: Pick<LeftoverClients, 'rds'>,
  kind: string,
  id: string,
): Promise<'gone' | 'exists' | { retained: string }> {
  const sdk = await import('@aws-sdk/client-rds')
  const client = await clients.rds()
  const type =
    kind === 'cluster-snapshot'
      ? await unlessMissing(
          client.send(new sdk.DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: id })),
          'DBClusterSnapshotNotFoundFault',
        ).then((answer) => answer?.DBClusterSnapshots?.[0]?.SnapshotType)
      : await unlessMissing(client.send(new sdk.DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id })), 'DBSnapshotNotFoundFault').then(
          (answer) => answer?.DBSnapshots?.[0]?.SnapshotType,
        )
  if (type === undefined) return 'gone'
  return type === 'manual' ? { retained: 'A snapshot of a database stays until somebody deletes it.' } : 'exists'
}
