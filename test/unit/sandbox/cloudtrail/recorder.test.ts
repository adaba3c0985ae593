import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Identities } from '../../../../src/lib/sandbox/cloudtrail/identities.js'
import { Journal } from '../../../../src/lib/sandbox/cloudtrail/journal.js'
import type { TrailRecord } from '../../../../src/lib/sandbox/cloudtrail/record.js'
import { ON_BEHALF_HEADER, Recorder } from '../../../../src/lib/sandbox/cloudtrail/recorder.js'
import { serviceSession } from '../../../../src/lib/sandbox/cloudtrail/service-session.js'
import { describeCall } from '../../../../src/lib/sandbox/gateway/call.js'

const NOW = new Date('2026-01-31T12:00:00Z')
const KMS = { service: 'kms', target: 'TrentService.CreateGrant' }

let folder: string
let journal: Journal
let identities: Identities
let recorder: Recorder
let changed: string[][]
let asked: string[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-recorder-'))
  ;[changed, asked] = [[], []]
  journal = new Journal(path.join(folder, 'events'))
  identities = await openIdentities()
  recorder = new Recorder({
    accountId: '1',
    region: 'eu-west-1',
    journal,
    identities,
    clock: { now: () => NOW, sleep: async () => undefined },
    wantsData: () => false,
    onTrailsChanged: (_, regions) => changed.push([...regions]),
    log: () => undefined,
  })
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

async function openIdentities(now = NOW): Promise<Identities> {
  const userOf = async (key: string) => {
    asked.push(key)
    return key === 'AKIA1' ? { userName: 'alex', userId: 'AIDA1', arn: 'arn:aws:iam::1:user/alex' } : undefined
  }
  return Identities.open({ accountId: '1', file: path.join(folder, 'sessions.jsonl'), userOf }, now)
}

interface Passed {
  service: string
  target?: string
  method?: string
  url?: string
  key?: string
  headers?: Record<string, string>
  body?: string
  status?: number
  answer?: string
}

/** One call that passes by. `status` 0: it was cut before there was an answer. */
function pass({
  answer = '{}',
  body,
  headers = {},
  key = 'test',
  method = 'POST',
  service,
  status = 200,
  target,
  url = '/',
}: Passed): void {
  const all = {
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20300101/eu-west-1/${service}/aws4_request, Signature=a`,
    ...(target !== undefined && { 'x-amz-target': target }),
    ...(body !== undefined && { 'content-length': String(body.length) }),
    ...headers,
  }
  const request = Object.assign(new EventEmitter(), {
    method,
    url,
    headers: all,
    rawHeaders: [],
    socket: { remoteAddress: '::ffff:127.0.0.1' },
  })
  const tape = recorder.begin(describeCall(request), request as unknown as IncomingMessage)
  if (tape?.wantsRequest && body !== undefined) tape.request(Buffer.from(body))
  if (status > 0) {
    tape?.answerHead(status, ['content-type', 'application/json'])
    tape?.answer(Buffer.from(answer))
  }
  tape?.end()
}

async function written(): Promise<TrailRecord[]> {
  await recorder.settled()
  return (await journal.read({ day: '2026-01-31', offset: 0 })).records
}

describe('the recorder', () => {
  test('writes one record for each answer, in their order', async () => {
    pass({ ...KMS, body: '{"KeyId":"1"}' })
    pass({ ...KMS, body: '{"KeyId":"2"}', key: 'AKIA1' })
    pass({ ...KMS, body: '{"KeyId":"3"}', status: 0 })
    expect((await written()).map(({ requestParameters, userIdentity }) => [requestParameters, userIdentity.type])).toEqual([
      [{ keyId: '1' }, 'Root'],
      [{ keyId: '2' }, 'IAMUser'],
    ])
  })

  test('looks at no large body, and at no object', async () => {
    pass({ ...KMS, body: JSON.stringify({ KeyId: 'x'.repeat(200_000) }) })
    pass({ service: 's3', method: 'PUT', url: '/bucket/key', body: 'content' })
    const records = await written()
    expect(records).toHaveLength(1)
    expect(records[0]?.requestParameters).toBeNull()
  })

  test('says when trails were changed', async () => {
    pass({ service: 'cloudtrail', target: 'x.DescribeTrails', body: '{}' })
    await written()
    expect(changed).toEqual([])
    pass({ service: 'cloudtrail', target: 'x.StartLogging', body: '{}' })
    await written()
    expect(changed).toEqual([['eu-west-1']])
  })

  test('takes nobody for a service who does not know the word', async () => {
    const { identity } = serviceSession(
      {
        service: 'scheduler.amazonaws.com',
        accountId: '1',
        region: 'eu-west-1',
        roleArn: 'arn:aws:iam::1:role/r',
        roleId: 'AROA1',
        sessionName: 's',
        accessKeyId: 'ASIA1',
        expiresAt: NOW,
      },
      NOW,
    )
    const forget = recorder.actFor('word', identity)
    pass({ ...KMS, body: '{}', headers: { [ON_BEHALF_HEADER]: 'word' } })
    pass({ ...KMS, body: '{}', headers: { [ON_BEHALF_HEADER]: 'guess' } })
    forget()
    pass({ ...KMS, body: '{}', headers: { [ON_BEHALF_HEADER]: 'word' } })
    expect((await written()).map(({ userIdentity }) => userIdentity.type)).toEqual(['AssumedRole', 'Root', 'Root'])
  })
})

describe('identities', () => {
  test('are remembered for as long as their keys are valid, and a day', async () => {
    await identities.remember('ASIA1', { type: 'AssumedRole', arn: 'a' }, '2026-01-31T13:00:00Z')
    expect(await (await openIdentities()).resolve('ASIA1')).toEqual({ type: 'AssumedRole', arn: 'a', accessKeyId: 'ASIA1' })
    const later = await openIdentities(new Date('2026-02-02T00:00:00Z'))
    expect(await later.resolve('ASIA1')).toEqual({ type: 'Unknown', accessKeyId: 'ASIA1' })
  })

  test('of users are asked for once, those of nobody each time', async () => {
    for (const key of ['AKIA1', 'AKIA1', 'AKIA2', 'AKIA2']) await identities.resolve(key)
    expect(asked).toEqual(['AKIA1', 'AKIA2', 'AKIA2'])
    expect(await identities.resolve(undefined)).toEqual({ type: 'Unknown' })
  })
})
