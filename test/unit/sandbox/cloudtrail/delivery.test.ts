import { createHash, createPublicKey, verify } from 'node:crypto'
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Delivery } from '../../../../src/lib/sandbox/cloudtrail/delivery.js'
import { Journal } from '../../../../src/lib/sandbox/cloudtrail/journal.js'
import type { TrailObject } from '../../../../src/lib/sandbox/cloudtrail/log-files.js'
import { lookupEvents } from '../../../../src/lib/sandbox/cloudtrail/lookup.js'
import type { TrailRecord } from '../../../../src/lib/sandbox/cloudtrail/record.js'
import { selects, type Selection } from '../../../../src/lib/sandbox/cloudtrail/selectors.js'
import { signingKey } from '../../../../src/lib/sandbox/cloudtrail/signing-key.js'
import type { Trail } from '../../../../src/lib/sandbox/cloudtrail/trails.js'

const NOW = new Date('2026-01-31T12:00:00Z')

let folder: string
let journal: Journal
let trails: Trail[]
let put: Array<TrailObject & { kmsKeyId: string | undefined }>
let now: Date
let failing: Error | undefined

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-trail-'))
  journal = new Journal(path.join(folder, 'events'))
  ;[trails, put, now, failing] = [[trail()], [], NOW, undefined]
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

function trail(change: Partial<Trail> = {}): Trail {
  return {
    name: 'acme',
    arn: 'arn:aws:cloudtrail:eu-west-1:0:trail/acme',
    bucket: 'bucket',
    prefix: undefined,
    topicArn: undefined,
    kmsKeyId: 'key',
    logGroupArn: undefined,
    validates: true,
    isLogging: true,
    ...everything,
    ...change,
  }
}

const everything: Selection = {
  homeRegion: 'eu-west-1',
  isMultiRegion: true,
  includesGlobal: true,
  eventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }],
  advancedSelectors: [],
}

function delivery(): Delivery {
  return new Delivery({
    accountId: '0',
    region: 'eu-west-1',
    stateFile: path.join(folder, 'state.json'),
    journal,
    trails: async () => trails,
    targets: {
      put: async (_, object, kmsKeyId) => {
        if (failing) throw failing
        put.push({ ...object, kmsKeyId })
      },
      log: async () => undefined,
      notify: async () => undefined,
    },
    signer: async () => signingKey(path.join(folder, 'key.json'), NOW),
    clock: { now: () => now, sleep: async () => undefined },
    log: () => undefined,
  })
}

let count = 0
function record(change: Partial<TrailRecord> = {}): TrailRecord {
  count += 1
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'Root' },
    eventTime: '2026-01-31T11:59:00Z',
    eventSource: 'eks.amazonaws.com',
    eventName: 'ListClusters',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: 'x',
    requestParameters: null,
    responseElements: null,
    requestID: 'r',
    eventID: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '0',
    eventCategory: 'Management',
    ...change,
  }
}

function recordsIn(object: TrailObject | undefined): TrailRecord[] {
  return (JSON.parse(gunzipSync(object?.body ?? '').toString('utf8')) as { Records: TrailRecord[] }).Records
}

describe('deliveries', () => {
  test('hold what came after the trail began to log, once, by region', async () => {
    await journal.add([record({ eventName: 'Before' })], NOW)
    const one = delivery()
    await one.refresh(await journal.end(NOW))
    await journal.add([record(), record({ awsRegion: 'us-east-1' })], NOW)
    await one.deliver()
    await one.deliver()
    expect(put.map(({ key, kmsKeyId }) => [key.split('/')[3], kmsKeyId])).toEqual([
      ['eu-west-1', 'key'],
      ['us-east-1', 'key'],
    ])
    expect(put.flatMap((object) => recordsIn(object).map(({ eventName }) => eventName))).toEqual(['ListClusters', 'ListClusters'])
    // Another process goes on where this one ended.
    const next = delivery()
    await next.refresh(await journal.end(NOW))
    await journal.add([record({ eventName: 'After' })], NOW)
    await next.deliver()
    expect(recordsIn(put.at(-1)).map(({ eventName }) => eventName)).toEqual(['After'])
    expect(put).toHaveLength(3)
  })

  test('that fail are tried again, and told', async () => {
    const one = delivery()
    await one.refresh(await journal.end(NOW))
    await journal.add([record()], NOW)
    failing = Object.assign(new Error('no'), { name: 'NoSuchBucket' })
    await one.deliver()
    expect(one.stateOf(trail().arn)?.error).toBe('NoSuchBucket')
    failing = undefined
    await one.deliver()
    expect(put).toHaveLength(1)
    expect(one.stateOf(trail().arn)?.error).toBeUndefined()
  })

  test('end with the trail, with a last digest', async () => {
    const one = delivery()
    await one.refresh(await journal.end(NOW))
    await journal.add([record()], NOW)
    trails = [trail({ isLogging: false })]
    await one.refresh(await journal.end(NOW))
    await journal.add([record()], NOW)
    await one.deliver()
    expect(put.map(({ key }) => key.split('/')[2])).toEqual(['CloudTrail', 'CloudTrail-Digest'])
  })

  test('get a digest every hour, whose chain and signature are right', async () => {
    const one = delivery()
    await one.refresh(await journal.end(NOW))
    await journal.add([record()], NOW)
    await one.deliver()
    expect(put).toHaveLength(1)
    now = new Date(NOW.getTime() + 3_600_000)
    await one.deliver()
    now = new Date(NOW.getTime() + 7_200_000)
    await one.deliver()
    const [file, first, second] = put
    const [a, b] = [first, second].map((object) => gunzipSync(object?.body ?? '').toString('utf8'))
    const digest = JSON.parse(b ?? '') as Record<string, string>
    const key = await signingKey(path.join(folder, 'key.json'), NOW)
    expect(digest).toMatchObject({
      digestStartTime: '2026-01-31T13:00:00Z',
      digestEndTime: '2026-01-31T14:00:00Z',
      previousDigestS3Object: first?.key,
      previousDigestHashValue: hash(a ?? ''),
      previousDigestSignature: first?.metadata?.['signature'],
      digestPublicKeyFingerprint: key.fingerprint,
      logFiles: [],
    })
    expect(JSON.parse(a ?? '')).toMatchObject({
      previousDigestSignature: null,
      logFiles: [{ s3Object: file?.key, hashValue: hash(gunzipSync(file?.body ?? '').toString('utf8')) }],
    })
    const signed = ['2026-01-31T14:00:00Z', `bucket/${second?.key}`, hash(b ?? ''), first?.metadata?.['signature']].join('\n')
    const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'pkcs1' })
    expect(verify('sha256', Buffer.from(signed), publicKey, Buffer.from(second?.metadata?.['signature'] ?? '', 'hex'))).toBe(true)
    expect(second?.kmsKeyId).toBeUndefined()
  })
})

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe('a trail selects', () => {
  const data = {
    eventCategory: 'Data' as const,
    managementEvent: false,
    readOnly: false,
    resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/k' }],
  }
  const s3 = (value: string) => [{ DataResources: [{ Type: 'AWS::S3::Object', Values: [value] }] }]
  const advanced = (...fields: Array<Record<string, unknown>>) => [{ FieldSelectors: fields.map((field) => ({ Field: '', ...field })) }]

  test.each<[string, Partial<Selection>, Partial<TrailRecord>, boolean]>([
    ['everything', {}, {}, true],
    ['of its own region only', { isMultiRegion: false }, { awsRegion: 'us-east-1' }, false],
    ['no global events where it says so', { includesGlobal: false }, { awsRegion: 'us-east-1', eventSource: 'iam.amazonaws.com' }, false],
    ['writing ones', { eventSelectors: [{ ReadWriteType: 'WriteOnly' }] }, {}, false],
    [
      'no sources that it excludes',
      { eventSelectors: [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }] },
      { eventSource: 'kms.amazonaws.com' },
      false,
    ],
    ['no data by itself', {}, data, false],
    ['data of a bucket', { eventSelectors: s3('arn:aws:s3:::b/') }, data, true],
    ['data of all buckets', { eventSelectors: s3('arn:aws:s3') }, data, true],
    ['no data of another bucket', { eventSelectors: s3('arn:aws:s3:::other/') }, data, false],
    ['by field', { advancedSelectors: advanced({ Field: 'eventName', StartsWith: ['List'] }) }, {}, true],
    ['not by field', { advancedSelectors: advanced({ Field: 'eventName', NotStartsWith: ['List'] }) }, {}, false],
    [
      'by all fields',
      { advancedSelectors: advanced({ Field: 'readOnly', Equals: ['true'] }, { Field: 'eventSource', Equals: ['iam.amazonaws.com'] }) },
      {},
      false,
    ],
  ])('%s', (_, selection, change, is) => {
    expect(selects({ ...everything, ...selection }, record(change))).toBe(is)
  })
})

describe('the journal', () => {
  test('leaves out a line that a crash cut', async () => {
    await journal.add([record({ eventName: 'One' })], NOW)
    await appendFile(path.join(folder, 'events', '2026-01-31.jsonl'), '{"eventName":"Tw\n')
    await journal.add([record({ eventName: 'Three' })], NOW)
    const { records } = await journal.read({ day: '2026-01-31', offset: 0 })
    expect(records.map(({ eventName }) => eventName)).toEqual(['One', 'Three'])
  })

  test('keeps a number of days and of bytes', async () => {
    const small = new Journal(path.join(folder, 'events'), { days: 2, bytes: 1500 })
    const days = (): Promise<string[]> => readdir(path.join(folder, 'events'))
    for (const day of [1, 2, 3]) await small.add([record()], new Date(`2026-01-0${day}T00:00:00Z`))
    expect(await days()).toEqual(['2026-01-01.jsonl', '2026-01-02.jsonl', '2026-01-03.jsonl'])
    await small.add([record()], new Date('2026-01-04T00:00:00Z'))
    expect(await days()).toEqual(['2026-01-02.jsonl', '2026-01-03.jsonl', '2026-01-04.jsonl'])
    await small.add([record(), record(), record()], new Date('2026-01-05T00:00:00Z'))
    await small.add([record()], new Date('2026-01-06T00:00:00Z'))
    expect(await days()).toEqual(['2026-01-05.jsonl', '2026-01-06.jsonl'])
  })
})

test('LookupEvents finds root by its name, and leaves out what is older than 90 days', async () => {
  async function* lines(): AsyncGenerator<string> {
    yield JSON.stringify(record())
    yield JSON.stringify(record({ eventTime: '2025-10-01T00:00:00Z' }))
  }
  const input = { LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'root' }] }
  const { Events } = await lookupEvents(input, lines(), 'eu-west-1', NOW)
  expect(Events).toHaveLength(1)
})
