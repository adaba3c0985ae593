import { DescribeTrailsCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import {
  DeleteObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import type { DestroyResult } from '../../src/lib/roots/destroy-root.js'
import { deliverTrails } from '../../src/lib/sandbox/trail-files.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'
import { sandboxPorts } from '../helpers/sandbox.js'

const BUCKET = 'acme-trail-000000000000-eu-west-1'
const DAYS = 365
let repository: Repository
let clients: AwsClients
let keyArn: string
beforeAll(async () => {
  repository = await Repository.init('acme', { shared: true })
  await repository.edit('platform.yaml', (text) => text.replace(/(trail:\n(?: +#.*\n)*) +enabled: false/, '$1    enabled: true'))
})
afterAll(() => repository.remove())

const destroy = async () => {
  const { exitCode, stderr, json } = await repository.run('shared', 'destroy', '--confirm', 'shared', '--json')
  expect(stderr).not.toContain('Error')
  expect(exitCode).toBe(0)
  return { result: json<DestroyResult>(), stderr }
}
const ofBucket = ({ retained }: DestroyResult) => retained.find(({ arn }) => arn === `arn:aws:s3:::${BUCKET}`)
const expectKept = (result: DestroyResult): void => {
  expect(result).toMatchObject({ environment: 'shared', destroyed: true, orphans: [] })
  const bucket = ofBucket(result)
  expect(bucket?.reason).toContain('object lock')
  const until = new Date(bucket?.until ?? 0).getTime()
  expect(Math.abs(until - Date.now() - DAYS * 86_400_000)).toBeLessThan(3_600_000)
  expect(result.retained).toContainEqual({ arn: keyArn, until: null, reason: expect.stringContaining(BUCKET) as string })
}

const trailArn = async (): Promise<string> => {
  const { trailList } = await (await clients.cloudTrail()).send(new DescribeTrailsCommand({}))
  return trailList?.[0]?.TrailARN ?? ''
}

test('an audit trail is made', async () => {
  const applied = await repository.run('shared', 'apply', '--yes', '--json')
  expect(applied.stderr).not.toContain('Error')
  expect(applied.exitCode).toBe(0)
  keyArn = applied.json<{ outputs: { trail_key_arn: string } }>().outputs.trail_key_arn
  clients = await clientsOf(repository)
})

test('has records of what was done, under its key', async () => {
  await deliverTrails(sandboxPorts, repository.directory)
  const s3 = await clients.s3()
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'AWSLogs/' }))
  expect(Contents.length).toBeGreaterThan(0)
  const { SSEKMSKeyId } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: Contents[0]?.Key }))
  expect(SSEKMSKeyId).toBe(keyArn)
})

test('is destroyed, except its records and the key that opens them', async () => {
  await (await clients.s3()).send(new PutObjectCommand({ Bucket: BUCKET, Key: 'AWSLogs/record.json.gz', Body: 'x' }))
  const { result, stderr } = await destroy()
  expectKept(result)
  // Said before anybody is asked.
  expect(stderr).toContain(`Bucket ${BUCKET} and its settings are kept`)
  const s3 = await clients.s3()
  const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: BUCKET }))
  expect(ObjectLockConfiguration?.Rule?.DefaultRetention).toMatchObject({ Days: DAYS })
  const { KeyMetadata } = await (await clients.kms()).send(new DescribeKeyCommand({ KeyId: keyArn }))
  expect(KeyMetadata?.KeyState).toBe('Enabled')
})

test('keeps them when it is destroyed a second time', async () => {
  expectKept((await destroy()).result)
  const { KeyMetadata } = await (await clients.kms()).send(new DescribeKeyCommand({ KeyId: keyArn }))
  expect(KeyMetadata?.KeyState).toBe('Enabled')
})

test('takes the bucket and its key up again when it is made again, and deletes a bucket without records', async () => {
  const applied = await repository.run('shared', 'apply', '--yes', '--json')
  expect(applied.stderr).not.toContain('Error')
  expect(applied.json<{ outputs: { trail_key_arn: string } }>().outputs.trail_key_arn).toBe(keyArn)
  // Or it would go on delivering records.
  await (await clients.cloudTrail()).send(new StopLoggingCommand({ Name: await trailArn() }))
  await deliverTrails(sandboxPorts, repository.directory)
  const s3 = await clients.s3()
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET }))
  expect(Versions.length).toBeGreaterThan(0)
  for (const { Key, VersionId } of Versions)
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId, BypassGovernanceRetention: true }))
  const { result } = await destroy()
  expect(result).toMatchObject({ destroyed: true, orphans: [] })
  expect(ofBucket(result)).toBeUndefined()
  await expect(s3.send(new HeadBucketCommand({ Bucket: BUCKET }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } })
})
