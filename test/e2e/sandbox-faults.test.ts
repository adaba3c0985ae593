import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { CreateKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { clearFaults, injectFaults, listFaults, type FaultInput } from '../../src/lib/sandbox/faults.js'
import { sandboxPorts, settingsAt, TestSandbox } from '../helpers/sandbox.js'

let sandbox: TestSandbox

beforeAll(async () => void (sandbox = await TestSandbox.start()))
afterEach(() => clearFaults(sandboxPorts, sandbox.directory))
afterAll(() => sandbox.remove())

const inject = (...faults: FaultInput[]): Promise<void> => injectFaults(sandboxPorts, sandbox.directory, faults)
const once = () => ({ ...settingsAt(sandbox.endpoint), maxAttempts: 1 })

async function nameOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
}

describe('throttling is understood by the SDK', () => {
  test.each([
    ['ec2', 'RequestLimitExceeded', () => new EC2Client(once()).send(new DescribeVpcsCommand({}))],
    ['s3', 'SlowDown', () => new S3Client({ ...once(), forcePathStyle: true }).send(new ListBucketsCommand({}))],
    ['iam', 'Throttling', () => new IAMClient(once()).send(new ListRolesCommand({}))],
    ['sts', 'Throttling', () => new STSClient(once()).send(new GetCallerIdentityCommand({}))],
    ['kms', 'ThrottlingException', () => new KMSClient(once()).send(new ListKeysCommand({}))],
    ['eks', 'ThrottlingException', () => new EKSClient(once()).send(new ListClustersCommand({}))],
  ] as const)('%s: %s', async (service, code, call) => {
    await inject({ kind: 'throttle', service })
    await expect(nameOf(call())).resolves.toBe(code)
    await expect(nameOf(call())).resolves.toBe('done')
  })
})

test('a burst of errors is outlived by retries and counted', async () => {
  await inject({ kind: 'throttle', service: 'kms', count: 1 }, { kind: 'server-error', service: 'kms', count: 1, status: 503 })
  await new KMSClient({ ...settingsAt(sandbox.endpoint), maxAttempts: 5 }).send(new ListKeysCommand({}))
  const faults = await listFaults(sandboxPorts, sandbox.directory)
  expect(faults.map(({ kind, hits }) => ({ kind, hits }))).toEqual([
    { kind: 'throttle', hits: 1 },
    { kind: 'server-error', hits: 1 },
  ])
})

test('a lost answer is that of a call that was carried out', async () => {
  const kms = new KMSClient(once())
  const before = (await kms.send(new ListKeysCommand({}))).Keys?.length ?? 0
  await inject({ kind: 'lost-answer', service: 'kms', action: 'CreateKey' })
  await expect(nameOf(kms.send(new CreateKeyCommand({})))).resolves.not.toBe('done')
  expect((await kms.send(new ListKeysCommand({}))).Keys).toHaveLength(before + 1)
})

test('latency, and faults that wait for their turn', async () => {
  const kms = new KMSClient(once())
  await kms.send(new ListKeysCommand({}))
  await inject({ kind: 'latency', delayMs: 400, action: 'ListKeys' }, { kind: 'server-error', action: 'ListKeys', after: 1, count: null })
  const startedAt = performance.now()
  await expect(nameOf(kms.send(new ListKeysCommand({})))).resolves.toBe('done')
  expect(performance.now() - startedAt).toBeGreaterThan(390)
  for (let call = 0; call < 3; call += 1) await expect(nameOf(kms.send(new ListKeysCommand({})))).resolves.not.toBe('done')
})

test('the control interface wants its token, and faults that make sense', async () => {
  const answer = await fetch(`${sandbox.endpoint}/_platform/faults`, { method: 'POST', body: '[]' })
  expect(answer.status).toBe(403)
  await expect(inject({ kind: 'latency', count: -1 })).rejects.toMatchObject({
    code: 'SandboxFailed',
    reason: expect.stringContaining('count') as unknown,
  })
})

describe('the gateway passes on what it does not touch', () => {
  test('a large object, byte for byte, and a head without a body', async () => {
    const s3 = new S3Client({ ...once(), forcePathStyle: true })
    const Body = randomBytes(24 * 1024 * 1024)
    await s3.send(new CreateBucketCommand({ Bucket: 'large' }))
    await s3.send(new PutObjectCommand({ Bucket: 'large', Key: 'a b+c/ü', Body }))
    const got = await (await s3.send(new GetObjectCommand({ Bucket: 'large', Key: 'a b+c/ü' }))).Body?.transformToByteArray()
    expect(
      createHash('sha256')
        .update(got ?? '')
        .digest('hex'),
    ).toBe(createHash('sha256').update(Body).digest('hex'))
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'large' }))).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } })
  })

  test('a wrong signature is refused', async () => {
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wrong' }
    const sts = new STSClient({ ...once(), credentials })
    await expect(nameOf(sts.send(new GetCallerIdentityCommand({})))).resolves.toMatch(/InvalidClientTokenId|SignatureDoesNotMatch/)
  })

  test('a right signature is accepted', async () => {
    const { CreateAccessKeyCommand, CreateUserCommand } = await import('@aws-sdk/client-iam')
    const iam = new IAMClient(once())
    await iam.send(new CreateUserCommand({ UserName: 'alice' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }))
    const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    const identity = await new STSClient({ ...once(), credentials }).send(new GetCallerIdentityCommand({}))
    expect(identity.Arn).toBe('arn:aws:iam::000000000000:user/alice')
    const forged = new STSClient({ ...once(), credentials: { ...credentials, secretAccessKey: 'forged' } })
    await expect(nameOf(forged.send(new GetCallerIdentityCommand({})))).resolves.toBe('SignatureDoesNotMatch')
  })
})
