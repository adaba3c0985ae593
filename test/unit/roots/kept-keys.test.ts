import { expect, test } from 'vitest'
import { findKeptKeys } from '../../../src/lib/roots/kept-keys.js'
import type { Terraform } from '../../../src/lib/terraform/terraform.js'
import { fakeAws } from '../../helpers/fake-aws.js'
import { nothing, scope } from '../aws/leftovers/account.js'

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/data'

type Resource = { type: string; values: Record<string, unknown> }

/** A state with the key and the databases; counts how often it is read. */
function stateWith(...databases: Resource[]): { terraform: Terraform; reads: () => number } {
  const resources = [
    { type: 'aws_kms_key', address: 'module.keys.aws_kms_key.this["data"]', values: { arn: KEY } },
    ...databases.map((database) => ({ ...database, address: 'x' })),
  ]
  let reads = 0
  const stateResources = (...wanted: string[]) => {
    reads += 1
    return Promise.resolve(resources.filter(({ type }) => wanted.includes(type)))
  }
  return { terraform: { stateResources } as unknown as Terraform, reads: () => reads }
}

test.each([
  ['aws_db_instance', { skip_final_snapshot: false, final_snapshot_identifier: 'orders-final', kms_key_id: KEY }, 'orders-final'],
  ['aws_rds_cluster', { skip_final_snapshot: false, final_snapshot_identifier: 'orders-final', kms_key_id: KEY }, 'orders-final'],
  ['aws_elasticache_replication_group', { final_snapshot_identifier: 'cache-final', kms_key_id: KEY }, 'cache-final'],
  [
    'aws_dynamodb_table',
    { name: 'sessions', tags: { 'platform:final-snapshot': 'true' }, server_side_encryption: [{ kms_key_arn: KEY }] },
    'sessions',
  ],
])('the key of a final snapshot of %s outlives it', async (type, values, name) => {
  const { kept } = await findKeptKeys(stateWith({ type, values }).terraform, fakeAws(nothing).clients, scope)
  expect(kept).toEqual([
    { address: 'module.keys.aws_kms_key.this["data"]', arn: KEY, reason: expect.stringContaining(name) as string, inState: true },
  ])
})

test.each([
  ['aws_db_instance', { skip_final_snapshot: true, kms_key_id: KEY }],
  ['aws_elasticache_replication_group', { final_snapshot_identifier: null, kms_key_id: KEY }],
  ['aws_dynamodb_table', { tags: { 'platform:final-snapshot': 'false' }, server_side_encryption: [{ kms_key_arn: KEY }] }],
])('without a final snapshot of %s the key goes', async (type, values) => {
  expect((await findKeptKeys(stateWith({ type, values }).terraform, fakeAws(nothing).clients, scope)).kept).toEqual([])
})

test('names everything that the key will open, from one reading of the state', async () => {
  const state = stateWith(
    { type: 'aws_db_instance', values: { skip_final_snapshot: false, final_snapshot_identifier: 'shop-final', kms_key_id: KEY } },
    { type: 'aws_elasticache_replication_group', values: { final_snapshot_identifier: 'cache-final', kms_key_id: KEY } },
    { type: 'aws_elasticache_replication_group', values: { final_snapshot_identifier: 'other-final', kms_key_id: `${KEY}-of-another` } },
  )
  const { kept } = await findKeptKeys(state.terraform, fakeAws(nothing).clients, scope)
  expect(kept.map(({ reason }) => reason)).toEqual(['The key will open final snapshot shop-final, final snapshot cache-final, made now.'])
  expect(state.reads()).toBe(1)
})
