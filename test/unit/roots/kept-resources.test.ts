import { expect, test } from 'vitest'
import { findKept, keptInWords } from '../../../src/lib/roots/kept-resources.js'
import type { Terraform } from '../../../src/lib/terraform/terraform.js'
import { fakeAws, type Answers } from '../../helpers/fake-aws.js'
import { nothing } from '../aws/leftovers/account.js'

const BUCKET = 'acme-trail-111122223333-eu-west-1'
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/trail'
const scope = { platform: 'acme', environment: 'shared', clusterName: 'acme-shared' }
const withRecords = (...keys: string[]): Answers => ({
  ...nothing,
  GetObjectLockConfiguration: () => ({
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 10 } } },
  }),
  ListObjectVersions: () => ({ Versions: keys.map((Key) => ({ Key, VersionId: '1', LastModified: new Date('2026-11-20') })) }),
  HeadObject: () => ({}),
  GetBucketEncryption: () => ({
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: KEY } }] },
  }),
})

const resources = [
  { type: 'aws_kms_key', address: 'module.keys.aws_kms_key.this["logs"]', values: { arn: `${KEY}-of-logs` } },
  { type: 'aws_kms_key', address: 'module.trail[0].aws_kms_key.this', values: { arn: KEY } },
  { type: 'aws_s3_bucket', address: 'module.trail[0].aws_s3_bucket.trail', values: { bucket: BUCKET } },
  { type: 'aws_s3_bucket_policy', address: 'module.trail[0].aws_s3_bucket_policy.trail', values: { bucket: BUCKET } },
  { type: 'aws_s3_bucket', address: 'module.trail[0].aws_s3_bucket.results', values: { bucket: 'acme-query-111122223333-eu-west-1' } },
]
const terraform = (state = resources): Terraform => {
  const stateResources = (...types: string[]) => Promise.resolve(state.filter(({ type }) => types.includes(type)))
  return { stateResources } as unknown as Terraform
}

test('a bucket with locked records leaves the state with its settings and its key, and nothing else does', async () => {
  const kept = await findKept(terraform(), fakeAws(withRecords('record')).clients, scope, [])
  expect(kept.addresses).toEqual([
    'module.trail[0].aws_kms_key.this',
    'module.trail[0].aws_s3_bucket.trail',
    'module.trail[0].aws_s3_bucket_policy.trail',
  ])
  expect(keptInWords(kept)).toEqual([
    expect.stringContaining(`module.trail[0].aws_kms_key.this is kept: The key still opens the records in ${BUCKET}`) as string,
    expect.stringContaining('The lock ends on 2026-11-30.') as string,
  ])
})

test('an empty bucket is deleted', async () => {
  const kept = await findKept(terraform(), fakeAws(withRecords()).clients, scope, [])
  expect(kept).toMatchObject({ keys: [], addresses: [] })
  expect(keptInWords(kept)).toEqual([])
})

test('what an earlier destruction kept is not taken back to be destroyed', async () => {
  const other = { to: 'module.registry[0].aws_ecr_repository.this["shop"]', id: 'acme/shop' }
  const lost = [
    { to: 'module.trail[0].aws_kms_key.this', id: 'trail' },
    { to: 'module.trail[0].aws_s3_bucket.trail', id: BUCKET },
    { to: 'module.trail[0].aws_s3_bucket_policy.trail', id: BUCKET },
    other,
  ]
  const kept = await findKept(terraform([]), fakeAws(withRecords('record')).clients, scope, lost)
  expect(kept).toMatchObject({ lost: [other], addresses: [], keys: [{ arn: KEY, inState: false }] })
  const gone = await findKept(terraform([]), fakeAws(withRecords()).clients, scope, lost)
  expect(gone.lost).toEqual(lost)
})
