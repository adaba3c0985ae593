import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authenticatorLines } from '../../../../src/lib/sandbox/control-plane-logs/authenticator-log.js'
import { batchesOf } from '../../../../src/lib/sandbox/control-plane-logs/log-batches.js'
import type { LogStore } from '../../../../src/lib/sandbox/control-plane-logs/log-store.js'
import { timeOfLine, type LogType } from '../../../../src/lib/sandbox/control-plane-logs/log-types.js'
import { shipLogs } from '../../../../src/lib/sandbox/control-plane-logs/ship-logs.js'

const NOW = new Date('2026-01-31T12:00:00Z')

let folder: string
let streams: Map<string, string[]>
let failing: 'before' | 'after' | undefined

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-logs-'))
  ;[streams, failing] = [new Map(), undefined]
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const store: LogStore = {
  async put(region, group, stream, events) {
    if (failing === 'before') throw new Error('refused')
    const key = `${region} ${group} ${stream.replace(/-[0-9a-f]{32}$/, '')}`
    streams.set(key, [...(streams.get(key) ?? []), ...events.map(({ message }) => message)])
    if (failing === 'after') throw new Error('killed')
  },
  last: async (region, group, stream) => streams.get(`${region} ${group} ${stream.replace(/-[0-9a-f]{32}$/, '')}`)?.at(-1),
}

async function ship(enabled: LogType[] | undefined = ['audit']): Promise<void> {
  const logs = { cluster: 'dev', region: 'eu-west-1', enabled, folder, stateFile: path.join(folder, 'state.json') }
  await shipLogs(logs, store, () => NOW)
}

const audit = (): string[] => streams.get('eu-west-1 /aws/eks/dev/cluster kube-apiserver-audit') ?? []
const write = async (text: string, file = 'audit.log'): Promise<void> => appendFile(path.join(folder, file), text)

describe('the logs of a control plane', () => {
  test('arrive once, whole lines only', async () => {
    await write('one\ntwo\nthr')
    await ship()
    await ship()
    expect(audit()).toEqual(['one', 'two'])
    await write('ee\n')
    await ship()
    expect(audit()).toEqual(['one', 'two', 'three'])
  })

  test('are followed when they are rotated', async () => {
    await write('one\n')
    await ship()
    await write('two\n')
    await rename(path.join(folder, 'audit.log'), path.join(folder, 'audit-2026-01-31T12-00-00.000.log'))
    await write('three\n')
    await ship()
    expect(audit()).toEqual(['one', 'two', 'three'])
  })

  test.each(['before', 'after'] as const)('arrive once when a crash comes %s they were sent', async (moment) => {
    await write('one\ntwo\n')
    failing = moment
    await expect(ship()).rejects.toThrow()
    failing = undefined
    await write('three\n')
    await ship()
    expect(audit()).toEqual(['one', 'two', 'three'])
  })

  test('are those that are switched on, from then on', async () => {
    await write('one\n')
    await write('early\n', 'kube-scheduler.log')
    await ship(['audit'])
    await ship(['audit', 'scheduler'])
    await write('late\n', 'kube-scheduler.log')
    await ship(['audit', 'scheduler'])
    expect(streams.get('eu-west-1 /aws/eks/dev/cluster kube-scheduler')).toEqual(['late'])
    await ship([])
    await write('two\n')
    await ship([])
    expect(audit()).toEqual(['one'])
  })

  test('of a cluster that is gone are those of the last time', async () => {
    await write('one\n')
    await ship()
    await write('two\n')
    await ship(undefined)
    expect(audit()).toEqual(['one', 'two'])
  })

  test('go on with the oldest file when the one before is gone', async () => {
    await write('one\n')
    await ship()
    await rm(path.join(folder, 'audit.log'))
    await writeFile(path.join(folder, 'other'), '')
    await write('two\n')
    await ship()
    expect(audit()).toEqual(['one', 'two'])
  })
})

test.each([
  ['{"kind":"Event","stageTimestamp":"2026-01-31T11:00:00.123456Z"}', '2026-01-31T11:00:00.123Z'],
  ['time="2026-01-31T11:00:00Z" level=info msg="access granted"', '2026-01-31T11:00:00.000Z'],
  ['I0131 11:00:00.123456       1 main.go:1] text', '2026-01-31T11:00:00.123Z'],
  ['I1231 23:59:59.000000       1 main.go:1] last year', '2025-12-31T23:59:59.000Z'],
  ['panic: at once', NOW.toISOString()],
])('the time of %s', (line, time) => {
  expect(new Date(timeOfLine(line, NOW)).toISOString()).toBe(time)
})

test('batches are in the order of time, and within the limits', () => {
  const at = (timestamp: number, message = 'x') => ({ timestamp, message })
  const now = NOW.getTime()
  expect(batchesOf([at(now, 'b'), at(now - 1000, 'a')], NOW)).toEqual([[at(now - 1000, 'a'), at(now, 'b')]])
  expect(batchesOf([at(now - 86_400_000), at(now)], NOW)).toHaveLength(2)
  expect(
    batchesOf(
      Array.from({ length: 9 }, () => at(now, 'x'.repeat(200_000))),
      NOW,
    ).map((batch) => batch.length),
  ).toEqual([4, 4, 1])
  expect(batchesOf([at(0)], NOW)[0]?.[0]?.timestamp).toBeGreaterThan(now - 14 * 86_400_000)
})

describe('the log of the authenticator', () => {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' as const, spec: {} }

  test('says who was let in', () => {
    const user = {
      username: 'arn:aws:sts::1:assumed-role/ops/{{x}}',
      uid: 'aws-iam-authenticator:111122223333:AROA1',
      groups: ['a', 'b'],
      extra: {
        accessKeyId: ['ASIA1'],
        arn: ['arn:aws:sts::111122223333:assumed-role/ops/sam'],
        canonicalArn: ['arn:aws:iam::111122223333:role/ops'],
        principalId: ['AROA1'],
        sessionName: ['sam'],
      },
    }
    expect(authenticatorLines({ ...review, status: { authenticated: true, user } }, '127.0.0.1:1', NOW)).toEqual([
      'time="2026-01-31T12:00:00Z" level=info msg="STS response" accesskeyid=ASIA1 accountid=111122223333 arn="arn:aws:sts::111122223333:assumed-role/ops/sam" client="127.0.0.1:1" method=POST path=/authenticate session=sam userid=AROA1',
      'time="2026-01-31T12:00:00Z" level=info msg="access granted" arn="arn:aws:iam::111122223333:role/ops" client="127.0.0.1:1" groups="[a b]" method=POST path=/authenticate uid="aws-iam-authenticator:111122223333:AROA1" username="arn:aws:sts::1:assumed-role/ops/{{x}}"',
    ])
  })

  test('says who was not', () => {
    const status = { authenticated: false, error: 'ARN is not mapped: arn:aws:iam::1:user/eve' }
    expect(authenticatorLines({ ...review, status }, '127.0.0.1:1', NOW)).toEqual([
      'time="2026-01-31T12:00:00Z" level=warning msg="access denied" arn="arn:aws:iam::1:user/eve" client="127.0.0.1:1" error="ARN is not mapped" method=POST path=/authenticate',
    ])
  })
})
