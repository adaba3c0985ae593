import { CreateBucketCommand, DeleteBucketPolicyCommand, GetBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIdentity } from '../../src/lib/aws/identity.js'
import { AwsClients } from '../../src/lib/aws/clients.js'
import { createStateBucket, stateBucketExists } from '../../src/lib/aws/state-bucket.js'
import { readStateLock, releaseStateLock, stateSummary } from '../../src/lib/aws/state-object.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { ACCOUNT, REGION, startEmulator, type Emulator } from './modules/workbench.js'

const ports = { clock: systemClock, signal: new AbortController().signal }
const owner = { platform: 'acme', accountId: ACCOUNT, region: REGION }
const bucket = `acme-state-${ACCOUNT}-${REGION}`
const at = { bucket, key: 'environments/dev/terraform.tfstate' }

let emulator: Emulator

beforeAll(async () => void (emulator = await startEmulator()))
afterAll(() => emulator.stop())

test('makes a state bucket once, repairs it, and leaves it alone when it is right', async () => {
  expect(await stateBucketExists(emulator.clients, owner)).toBe(false)
  await expect(stateSummary(emulator.clients, at)).resolves.toEqual({ exists: false, resources: 0 })
  await expect(createStateBucket(emulator.clients, owner, ports)).resolves.toEqual({ bucket, created: true, repaired: [] })
  await expect(createStateBucket(emulator.clients, owner, ports)).resolves.toEqual({ bucket, created: false, repaired: [] })
  const s3 = await emulator.clients.s3()
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe('Enabled')
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))
  await expect(createStateBucket(emulator.clients, owner, ports)).resolves.toEqual({
    bucket,
    created: false,
    repaired: ['tls-only-policy'],
  })
})

test('makes a bare bucket into a state bucket', async () => {
  const s3 = await emulator.clients.s3()
  await s3.send(
    new CreateBucketCommand({ Bucket: `bare-state-${ACCOUNT}-${REGION}`, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  )
  const { created, repaired } = await createStateBucket(emulator.clients, { ...owner, platform: 'bare' }, ports)
  expect(created).toBe(false)
  expect(repaired).toEqual(expect.arrayContaining(['versioning', 'tls-only-policy', 'tags']))
})

test('releases the lock that was looked at, and no other', async () => {
  const s3 = await emulator.clients.s3()
  const lock = {
    ID: 'one',
    Operation: 'OperationTypeApply',
    Who: 'me@here',
    Version: '1.11.4',
    Created: '2030-01-01T00:00:00Z',
    Path: 'x',
    Info: '',
  }
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${at.key}.tflock`, Body: JSON.stringify(lock) }))
  const found = await readStateLock(emulator.clients, at)
  expect(found).toMatchObject(lock)
  await expect(releaseStateLock(emulator.clients, { ...at, lockId: 'two' })).resolves.toBe('changed')
  await expect(
    releaseStateLock(emulator.clients, { ...at, lockId: 'one', ...(found?.etag !== undefined && { etag: found.etag }) }),
  ).resolves.toBe('released')
  await expect(readStateLock(emulator.clients, at)).resolves.toBeUndefined()
})

test('knows the account, and says when nothing answers', async () => {
  await expect(checkIdentity(emulator.clients, ACCOUNT)).resolves.toMatchObject({ accountId: ACCOUNT })
  await expect(checkIdentity(emulator.clients, '111122223333')).rejects.toMatchObject({ code: 'WrongAccount' })
  const nowhere = new AwsClients({ ...emulator.clients.connection, endpoint: 'http://127.0.0.1:9' })
  await expect(checkIdentity(nowhere, ACCOUNT)).rejects.toMatchObject({
    code: 'AwsRefused',
    next: expect.arrayContaining([expect.any(String)]) as unknown,
  })
})
