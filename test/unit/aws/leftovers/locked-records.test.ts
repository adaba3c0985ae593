import { expect, test } from 'vitest'
import { findLockedRecords } from '../../../../src/lib/aws/leftovers/locked-records.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fail } from './account.js'

const scope = { platform: 'acme', environment: 'shared' }
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/trail'
const version = (day: string) => ({ Key: `record-${day}`, VersionId: day, LastModified: new Date(day) })
const bucket: Answers = {
  GetObjectLockConfiguration: () => ({
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 10 } } },
  }),
  ListObjectVersions: () => ({ Versions: [version('2026-11-01'), version('2026-11-20'), version('2026-11-05')] }),
  HeadObject: () => ({}),
  GetBucketEncryption: () => ({
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: KEY } }] },
  }),
}
const find = (answers: Answers = {}, of = scope) => findLockedRecords(fakeAws({ ...bucket, ...answers }).clients, of)

test('records are kept until the lock of the newest one ends, and so is their key', async () => {
  expect(await find()).toEqual({
    bucket: 'acme-trail-111122223333-eu-west-1',
    arn: 'arn:aws:s3:::acme-trail-111122223333-eu-west-1',
    until: '2026-11-30T00:00:00.000Z',
    reason: expect.stringContaining('object lock') as string,
    keyId: KEY,
  })
})

test('what the newest record itself says counts when it is later than the rule of the bucket', async () => {
  const HeadObject = ({ VersionId }: Record<string, unknown>) => ({
    ObjectLockRetainUntilDate: new Date(VersionId === '2026-11-20' ? '2027-11-20' : '2030-01-01'),
  })
  expect((await find({ HeadObject }))?.until).toBe('2027-11-20T00:00:00.000Z')
})

test('the newest record may be on a later page', async () => {
  const ListObjectVersions = ({ KeyMarker }: Record<string, unknown>) =>
    KeyMarker === 'x' ? { Versions: [version('2026-11-25')] } : { Versions: [version('2026-11-01')], IsTruncated: true, NextKeyMarker: 'x' }
  expect((await find({ ListObjectVersions }))?.until).toBe('2026-12-05T00:00:00.000Z')
})

test('of more records than can be looked through, the newest counts as of this moment', async () => {
  let pages = 0
  const ListObjectVersions = () => {
    pages += 1
    return { Versions: [version('2026-01-01')], IsTruncated: true, NextKeyMarker: 'x' }
  }
  const until = new Date((await find({ ListObjectVersions }))?.until ?? 0).getTime()
  expect(pages).toBeLessThan(100)
  expect(Math.abs(until - Date.now() - 10 * 86_400_000)).toBeLessThan(60_000)
})

test('a lock without a rule has no end', async () => {
  const GetObjectLockConfiguration = () => ({ ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } })
  expect(await find({ GetObjectLockConfiguration })).toMatchObject({ until: null })
})

test.each<[string, Answers]>([
  ['no bucket', { GetObjectLockConfiguration: fail('NoSuchBucket', 404) }],
  ['no lock', { GetObjectLockConfiguration: fail('ObjectLockConfigurationNotFoundError', 404) }],
  ['no record', { ListObjectVersions: () => ({}) }],
])('nothing is kept where there is %s', async (_what, answers) => {
  expect(await find(answers)).toBeUndefined()
})

test('an environment has no records, so nobody is asked', async () => {
  expect(await findLockedRecords(fakeAws({}).clients, { ...scope, environment: 'dev' })).toBeUndefined()
})

test('no leave to look is an error', async () => {
  await expect(find({ GetObjectLockConfiguration: fail('AccessDenied', 403) })).rejects.toMatchObject({ code: 'AwsRefused' })
})
