import { describe, expect, it } from 'vitest'
import { readStateLock, releaseStateLock, stateSummary } from '../../../src/lib/aws/state-object.js'
import { awsError, fakeAws } from '../../helpers/fake-aws.js'
import { fakeS3, type FakeBucket } from '../../helpers/fake-s3.js'

const at = { bucket: 'state', key: 'environments/dev/terraform.tfstate' }
const LOCK_KEY = `${at.key}.tflock`
const LOCK = {
  ID: 'id-1',
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'a@b',
  Version: '1.11.4',
  Created: '2030-01-01T00:00:00Z',
  Path: 'state/x',
}

function world(objects: Record<string, string>) {
  const bucket: FakeBucket = {
    owner: '111122223333',
    region: 'eu-west-1',
    objects: new Map(Object.entries(objects).map(([key, body]) => [key, { body, etag: `"${body.length}-${key.length}"` }])),
  }
  const answers = fakeS3('111122223333', 'eu-west-1', new Map([['state', bucket]]))
  return { bucket, answers, ...fakeAws(answers) }
}

describe('readStateLock', () => {
  it('reads what Terraform wrote', async () => {
    const { clients } = world({ [LOCK_KEY]: JSON.stringify(LOCK) })
    await expect(readStateLock(clients, at)).resolves.toEqual({ ...LOCK, etag: expect.any(String) as string })
  })

  it.each([
    ['lock', at],
    ['bucket', { ...at, bucket: 'nothing' }],
  ])('finds none without a %s', async (_, place) => {
    await expect(readStateLock(world({}).clients, place)).resolves.toBeUndefined()
  })

  it('takes an unreadable lock for a lock, which its version names', async () => {
    const { clients, bucket } = world({ [LOCK_KEY]: 'half a lo' })
    const lock = await readStateLock(clients, at)
    expect(lock).toMatchObject({ unreadable: true, ID: expect.stringMatching(/^\d+-\d+$/) as string })
    await expect(releaseStateLock(clients, { ...at, lockId: lock?.ID ?? '' })).resolves.toBe('released')
    expect(bucket.objects.size).toBe(0)
  })
})

describe('releaseStateLock', () => {
  it('deletes the lock that was looked at, and only that version', async () => {
    const { clients, bucket, calls } = world({ [LOCK_KEY]: JSON.stringify(LOCK) })
    await expect(releaseStateLock(clients, { ...at, lockId: 'id-1' })).resolves.toBe('released')
    expect(bucket.objects.has(LOCK_KEY)).toBe(false)
    expect(calls.at(-1)?.input).toHaveProperty('IfMatch')
  })

  it.each([
    ['another id', { lockId: 'id-0' }],
    ['another version', { lockId: 'id-1', etag: '"old"' }],
  ])('leaves a lock with %s alone', async (_, expected) => {
    const { clients, bucket } = world({ [LOCK_KEY]: JSON.stringify(LOCK) })
    await expect(releaseStateLock(clients, { ...at, ...expected })).resolves.toBe('changed')
    expect(bucket.objects.has(LOCK_KEY)).toBe(true)
  })

  it('loses against a run that takes the lock after our look', async () => {
    const { answers, bucket } = world({ [LOCK_KEY]: JSON.stringify(LOCK) })
    const { clients } = fakeAws({
      ...answers,
      DeleteObject: (input) => {
        bucket.objects.set(LOCK_KEY, { body: 'new', etag: '"new"' })
        return answers['DeleteObject']?.(input)
      },
    })
    await expect(releaseStateLock(clients, { ...at, lockId: 'id-1' })).resolves.toBe('changed')
    expect(bucket.objects.has(LOCK_KEY)).toBe(true)
  })

  it('says when it is gone already', async () => {
    await expect(releaseStateLock(world({}).clients, { ...at, lockId: 'id-1' })).resolves.toBe('gone')
  })

  it('manages without conditional deletes', async () => {
    const { answers, bucket } = world({ [LOCK_KEY]: JSON.stringify(LOCK) })
    const { clients } = fakeAws({
      ...answers,
      DeleteObject: (input) => {
        if (input['IfMatch'] !== undefined) throw awsError('NotImplemented', 501)
        return answers['DeleteObject']?.(input)
      },
    })
    await expect(releaseStateLock(clients, { ...at, lockId: 'id-1' })).resolves.toBe('released')
    expect(bucket.objects.size).toBe(0)
  })
})

describe('stateSummary', () => {
  it('counts managed instances and tells no contents', async () => {
    const state = {
      serial: 7,
      lineage: 'l-1',
      resources: [
        { mode: 'managed', instances: [{ attributes: { password: 'hunter2' } }, {}] },
        { mode: 'data', instances: [{}] },
        { mode: 'managed', instances: [{}] },
      ],
    }
    const summary = await stateSummary(world({ [at.key]: JSON.stringify(state) }).clients, at)
    expect(summary).toEqual({ exists: true, serial: 7, lineage: 'l-1', resources: 3 })
  })

  it('says that there is none', async () => {
    await expect(stateSummary(world({}).clients, at)).resolves.toEqual({ exists: false, resources: 0 })
    await expect(stateSummary(world({}).clients, { ...at, bucket: 'nothing' })).resolves.toEqual({ exists: false, resources: 0 })
  })

  it('takes an empty object for none, and half a state for no state', async () => {
    await expect(stateSummary(world({ [at.key]: '' }).clients, at)).resolves.toEqual({ exists: false, resources: 0 })
    await expect(stateSummary(world({ [at.key]: '{"version": 4, "ser' }).clients, at)).resolves.toMatchObject({ unreadable: true })
  })

  it('explains a refusal', async () => {
    const { clients } = fakeAws({
      GetObject: () => {
        throw awsError('AccessDenied', 403)
      },
    })
    await expect(stateSummary(clients, at)).rejects.toMatchObject({ code: 'AwsRefused' })
  })
})
