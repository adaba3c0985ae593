import { expect, test } from 'vitest'
import { findKeptKeys } from '../../../src/lib/roots/kept-keys.js'
import type { Terraform } from '../../../src/lib/terraform/terraform.js'
import { fakeAws } from '../../helpers/fake-aws.js'
import { nothing, scope } from '../aws/leftovers/account.js'

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/data'

function stateWith(type: string, values: Record<string, unknown>): Terraform {
  const resources: Record<string, Array<{ address: string; values: Record<string, unknown> }>> = {
    aws_kms_key: [{ address: 'module.keys.aws_kms_key.this["data"]', values: { arn: KEY } }],
    [type]: [{ address: 'x', values }],
  }
  return { stateResources: (wanted: string) => Promise.resolve(resources[wanted] ?? []) } as unknown as Terraform
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
  const { kept } = await findKeptKeys(stateWith(type, values), fakeAws(nothing).clients, scope)
  expect(kept).toEqual([
    { address: 'module.keys.aws_kms_key.this["data"]', arn: KEY, reason: expect.stringContaining(name) as string, inState: true },
  ])
})

test.each([
  ['aws_db_instance', { skip_final_snapshot: true, kms_key_id: KEY }],
  ['aws_elasticache_replication_group', { final_snapshot_identifier: null, kms_key_id: KEY }],
  ['aws_dynamodb_table', { tags: { 'platform:final-snapshot': 'false' }, server_side_encryption: [{ kms_key_arn: KEY }] }],
])('without a final snapshot of %s the key goes', async (type, values) => {
  expect((await findKeptKeys(stateWith(type, values), fakeAws(nothing).clients, scope)).kept).toEqual([])
})
