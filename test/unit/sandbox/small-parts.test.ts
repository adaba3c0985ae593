import { mkdtemp, readFile, rm, stat, utimes, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/lib/core/clock.js'
import { services } from '../../../src/lib/sandbox/fidelity.js'
import { assertLoopback, isLoopbackUrl } from '../../../src/lib/core/loopback.js'
import { lastLines } from '../../../src/lib/sandbox/logs.js'
import { sandboxFolders } from '../../../src/lib/sandbox/folders.js'
import { readRecord, RecordKeeper, type SandboxRecord } from '../../../src/lib/sandbox/record.js'
import { RotatingLog } from '../../../src/lib/sandbox/rotating-log.js'
import { sandboxVariables, toShell } from '../../../src/lib/sandbox/shell-environment.js'
import { withStartLock } from '../../../src/lib/sandbox/start-lock.js'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'platform-sandbox-unit-'))))
afterAll(() => rm(folder, { recursive: true }))

describe('loopback', () => {
  test.each(['http://127.0.0.1:4566', 'http://127.3.2.1', 'https://localhost:1', 'http://[::1]:80/'])('%s is this machine', (url) => {
    expect(isLoopbackUrl(url)).toBe(true)
  })

  test.each([
    'https://s3.amazonaws.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1@example.com',
    'http://user:secret@127.0.0.1:80',
    'http://10.0.0.1',
    'http://169.254.169.254',
    'ftp://127.0.0.1',
    'http://0.0.0.0',
    'nonsense',
    '',
  ])('%s is not', (url) => {
    expect(isLoopbackUrl(url)).toBe(false)
    expect(() => assertLoopback(url)).toThrow(expect.objectContaining({ code: 'EndpointNotLocal', exitCode: 3 }) as unknown)
  })

  test('the refusal shows no password', () => {
    expect(() => assertLoopback('http://user:secret@example.com')).toThrow(
      expect.objectContaining({ reason: expect.not.stringContaining('secret') as unknown }),
    )
  })
})

describe('record', () => {
  const record: SandboxRecord = {
    schemaVersion: 1,
    state: 'ready',
    supervisor: { pid: 1, startedAt: '2' },
    emulatorVersion: '0.51.0',
    port: 4566,
    endpoint: 'http://127.0.0.1:4566',
    accountId: '000000000000',
    region: 'eu-west-1',
    token: 't',
    since: '2030-01-01T00:00:00Z',
  }

  test('is readable by its owner only, and can be changed', async () => {
    const file = path.join(folder, 'record.json')
    const keeper = new RecordKeeper(file)
    await keeper.update({ state: 'failed' })
    await expect(readRecord(file)).resolves.toBeUndefined()
    await keeper.begin(record)
    await keeper.update({ emulator: { pid: 3, startedAt: '4' } })
    await expect(readRecord(file)).resolves.toEqual({ ...record, emulator: { pid: 3, startedAt: '4' } })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test.each(['', '{', '[]', '{"schemaVersion":2}'])('%j counts as none', async (text) => {
    const file = path.join(folder, 'broken.json')
    await writeFile(file, text)
    await expect(readRecord(file)).resolves.toBeUndefined()
  })
})

describe('logs', () => {
  test('never take more than twice their limit', async () => {
    const folders = sandboxFolders(path.join(folder, 'logs'))
    await mkdir(folders.logs, { recursive: true })
    const file = path.join(folders.logs, 'gateway.log')
    const log = new RotatingLog(file, 1000)
    for (let line = 0; line < 500; line += 1) log.write(`line ${String(line).padStart(4, '0')}\n`)
    log.close()
    const [now, before] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.1`, 'utf8')])
    expect(now.length).toBeLessThanOrEqual(1000)
    expect(before.length).toBeLessThanOrEqual(1000)
    expect(`${before}${now}`).toMatch(/line 0498\nline 0499\n$/)
    await expect(lastLines(folders, 2)).resolves.toEqual([
      { source: 'gateway', text: 'line 0498' },
      { source: 'gateway', text: 'line 0499' },
    ])
  })

  test('that cannot be written do not stop anything', () => {
    const log = new RotatingLog(path.join(folder, 'no-such-folder', 'x.log'), 10)
    log.write('one line that is longer than the limit\n')
    expect(() => log.write('another\n')).not.toThrow()
    log.close()
  })
})

describe('shell', () => {
  const variables = { ...sandboxVariables({ endpoint: 'http://127.0.0.1:1', region: 'eu-west-1' }), ODD: String.raw`it's \ $x` }

  test.each([
    ['sh', "export AWS_ENDPOINT_URL='http://127.0.0.1:1'", String.raw`export ODD='it'\''s \ $x'`, 'unset AWS_PROFILE AWS_SESSION_TOKEN'],
    ['fish', "set -gx AWS_ENDPOINT_URL 'http://127.0.0.1:1'", String.raw`set -gx ODD 'it\'s \\ $x'`, 'set -e AWS_PROFILE'],
    [
      'powershell',
      "$Env:AWS_ENDPOINT_URL = 'http://127.0.0.1:1'",
      String.raw`$Env:ODD = 'it''s \ $x'`,
      'Remove-Item -ErrorAction SilentlyContinue Env:AWS_PROFILE',
    ],
  ] as const)('%s', (shell, endpoint, odd, unset) => {
    expect(toShell(shell, variables).split('\n')).toEqual(expect.arrayContaining([endpoint, odd, unset]))
  })
})

describe('the start lock', () => {
  const ports = { clock: systemClock, signal: new AbortController().signal }

  test('lets one in at a time', async () => {
    let inside = 0
    const work = async (): Promise<number> => {
      inside += 1
      const seen = inside
      await systemClock.sleep(20)
      inside -= 1
      return seen
    }
    const lock = path.join(folder, 'one', 'start.lock')
    await expect(Promise.all([1, 2, 3].map(() => withStartLock(ports, lock, work)))).resolves.toEqual([1, 1, 1])
  })

  test('takes over from a holder that was killed', async () => {
    const lock = path.join(folder, 'killed', 'start.lock')
    await mkdir(lock, { recursive: true })
    const longAgo = new Date(Date.now() - 6000)
    await utimes(lock, longAgo, longAgo)
    await expect(withStartLock(ports, lock, async () => 'mine')).resolves.toBe('mine')
  })

  test('waits for a living holder until the run is stopped', async () => {
    const lock = path.join(folder, 'held', 'start.lock')
    await mkdir(lock, { recursive: true })
    const stop = new AbortController()
    const waiting = withStartLock({ ...ports, signal: stop.signal }, lock, async () => 'mine')
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })
})

test('the fidelity table names each service once', () => {
  const names = services.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(services.every(({ note }) => note.endsWith('.'))).toBe(true)
})
