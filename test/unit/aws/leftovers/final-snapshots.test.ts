import { expect, test } from 'vitest'
import { askSnapshot } from '../../../../src/lib/aws/leftovers/final-snapshots.js'
import { fakeAws } from '../../../helpers/fake-aws.js'
import { fail } from './account.js'

const ask = (kind: string, SnapshotType: string) =>
  askSnapshot(
    fakeAws({
      DescribeDBSnapshots: () => ({ DBSnapshots: [{ SnapshotType }] }),
      DescribeDBClusterSnapshots: () => ({ DBClusterSnapshots: [{ SnapshotType }] }),
    }).clients,
    kind,
    'orders-final',
  )

test.each(['snapshot', 'cluster-snapshot'])('a %s that a database left behind is kept, and an automatic one is not', async (kind) => {
  expect(await ask(kind, 'manual')).toEqual({ retained: expect.stringContaining('until somebody deletes it') as string })
  expect(await ask(kind, 'automated')).toBe('exists')
})

test('one that the tagging API still names is gone', async () => {
  const { clients } = fakeAws({
    DescribeDBSnapshots: fail('DBSnapshotNotFoundFault', 404),
    DescribeDBClusterSnapshots: fail('DBClusterSnapshotNotFoundFault', 404),
  })
  expect(await askSnapshot(clients, 'snapshot', 'x')).toBe('gone')
  expect(await askSnapshot(clients, 'cluster-snapshot', 'x')).toBe('gone')
})
