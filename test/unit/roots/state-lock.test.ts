import { execa } from 'execa'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/lib/core/clock.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { Journal, type RunProcess } from '../../../src/lib/core/journal.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import type { Run } from '../../../src/lib/roots/run.js'
import { clearStaleLock, despiteOwnLock } from '../../../src/lib/roots/state-lock.js'
import type { StateAccess } from '../../../src/lib/roots/terraform-run.js'
import { mayBeAtWork } from '../../../src/lib/terraform/running.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { fakeS3, type FakeBucket } from '../../helpers/fake-s3.js'
import { fakeAws } from '../../helpers/fake-aws.js'

const US = `${userInfo().username}@${hostname()}`
const LAUNCHED = '2030-01-01T00:00:00Z'
const at = (seconds: number): string => new Date(Date.parse(LAUNCHED) + seconds * 1000).toISOString()

let repository: string
let bucket: FakeBucket
let isAlive = false
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-state-lock-'))
  bucket = { owner: '111122223333', region: 'eu-west-1', objects: new Map() }
  isAlive = false
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

interface Lock {
  ID?: string
  Who?: string
  Created?: string
}

/** Tries to clear a lock, after an earlier run that had this Terraform process. */
async function clear(lock: Lock, earlier: Partial<RunProcess> = {}): Promise<boolean> {
  const { run, state } = await scene(lock, earlier)
  await clearStaleLock(run, state)
  return !bucket.objects.has('key.tflock')
}

/** A run that finds this lock, after an earlier run that had this Terraform process. */
async function scene(lock: Lock, earlier: Partial<RunProcess> = {}): Promise<{ run: Run; state: StateAccess }> {
  bucket.objects.set('key.tflock', {
    body: JSON.stringify({ ID: 'lock-1', Who: US, Created: at(2), Operation: 'apply', ...lock }),
    etag: '"1"',
  })
  const clock = fakeClock(at(600))
  const journal = new Journal(repository, clock)
  const before = await journal.start({
    command: 'env create dev',
    environment: 'dev',
    purpose: 'change',
    owner: { pid: 1, startedAt: 'x' },
  })
  before.processes.push({ pid: 2, startedAt: 'y', operation: 'apply', launchedAt: LAUNCHED, locks: true, ...earlier })
  await journal.finish(before, 'interrupted')
  const record = await journal.start({
    command: 'env create dev',
    environment: 'dev',
    purpose: 'change',
    owner: { pid: 3, startedAt: 'z' },
  })
  const ports = { clock, processes: { isAlive: async () => isAlive }, report: silentReporter, exec: async () => ({ stdout: '' }) }
  const run = { record, journal, ports } as unknown as Run
  const clients = fakeAws(fakeS3('111122223333', 'eu-west-1', new Map([['bucket', bucket]]))).clients
  return { run, state: { clients, bucket: 'bucket', key: 'key', folder: 'infra/environments/of-no-other-test' } }
}

const refused = { code: 'StateLocked' }

it('releases the lock that the journal knows', async () => {
  expect(await clear({}, { lockId: 'lock-1' })).toBe(true)
})

it('releases a lock that a dead process of ours must have taken', async () => {
  expect(await clear({})).toBe(true)
})

it('never releases the lock of somebody else, even one that the journal noted by mistake', async () => {
  await expect(clear({ Who: 'alice@ci-runner' }, { lockId: 'lock-1' })).rejects.toMatchObject(refused)
  await expect(clear({ Who: 'alice@ci-runner' })).rejects.toMatchObject(refused)
  expect(bucket.objects.has('key.tflock')).toBe(true)
})

it('never releases a lock while a Terraform of ours is alive', async () => {
  isAlive = true
  await expect(clear({}, { lockId: 'lock-1' })).rejects.toMatchObject(refused)
})

it('releases a lock taken while Terraform, which was refused, was at work: it is its own', async () => {
  // The run starts at 600 s. No Terraform works in a folder of this name.
  expect(await clear({ Created: at(601) }, { refused: true, finishedAt: at(602) })).toBe(true)
})

it('names the command that releases a lock', async () => {
  const next = expect.arrayContaining([expect.stringContaining('platform lock release dev --id lock-1')]) as string[]
  await expect(clear({ Who: 'alice@ci-runner' })).rejects.toMatchObject({ ...refused, next })
})

describe('the lock of a Terraform that a killed run had started, and not written down', () => {
  const FOLDER = 'infra/environments/of-a-killed-run'
  const start = (program: string, cwd: string) => execa(program, { cwd, stdin: 'pipe', reject: false })
  let terraform: ReturnType<typeof start>
  let looks: number
  let told: string[]

  beforeEach(async () => {
    ;[looks, told] = [0, []]
    const program = path.join(repository, 'terraform')
    const folder = path.join(repository, FOLDER)
    await writeFile(program, '#!/bin/sh\nread line\n', { mode: 0o755 })
    await mkdir(folder, { recursive: true })
    terraform = start(program, folder)
    while (!(await mayBeAtWork(ports, FOLDER, Date.parse(at(2))))) await systemClock.sleep(10)
  })
  afterEach(async () => {
    terraform.kill('SIGKILL')
    await terraform
  })

  const ports: Pick<Ports, 'exec'> = {
    // Where the system does not tell the folder of a process.
    exec: async () => ({ exitCode: 0, stdout: terraform.exitCode === null ? `${process.getuid?.()} terraform` : '', stderr: '' }),
  }

  /** Clears the lock; at the third look, this happens. */
  async function clearWhile(happens: () => void | Promise<void>) {
    bucket.objects.set('key.tflock', { body: JSON.stringify({ ID: 'lock-1', Who: US, Created: at(2), Operation: 'plan' }), etag: '"1"' })
    const clock = fakeClock(LAUNCHED)
    const journal = new Journal(repository, clock)
    const options = { command: 'env create dev', environment: 'dev', purpose: 'change' } as const
    const killed = await journal.start({ ...options, owner: { pid: 1, startedAt: 'x' } })
    await clock.sleep(5000)
    await journal.finish(killed, 'interrupted')
    const record = await journal.start({ ...options, owner: { pid: 3, startedAt: 'z' } })
    const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
      looks += 1
      if (looks === 3) await happens()
      await clock.sleep(ms, signal)
    }
    const all = {
      ...ports,
      clock: { ...clock, sleep },
      processes: { isAlive: async () => false },
      report: silentReporter,
      signal: stop.signal,
    }
    const clients = fakeAws(fakeS3('111122223333', 'eu-west-1', new Map([['bucket', bucket]]))).clients
    const run = { record, journal, ports: all } as unknown as Run
    return clearStaleLock(run, { clients, bucket: 'bucket', key: 'key', folder: FOLDER }, { progress: (detail) => told.push(detail) })
  }
  let stop: AbortController
  beforeEach(() => void (stop = new AbortController()))

  it('is waited for until it is given back', async () => {
    const result = await clearWhile(() => void bucket.objects.delete('key.tflock'))
    expect(result).toEqual({ outcome: 'checked', detail: 'free' })
    expect(looks).toBe(3)
    expect(told).toEqual(Array.from({ length: 3 }, () => expect.stringContaining('waiting') as string))
  })

  it('is released when that Terraform dies with it', async () => {
    const result = await clearWhile(async () => {
      terraform.kill('SIGKILL')
      await terraform
    })
    expect(result).toEqual({ outcome: 'done', detail: expect.stringContaining('lock-1') as string })
    expect(looks).toBe(3)
    expect(bucket.objects.size).toBe(0)
  })

  it('is left alone when the waiting is interrupted', async () => {
    await expect(clearWhile(() => stop.abort(new Error('stopped')))).rejects.toThrow('stopped')
    expect(bucket.objects.size).toBe(1)
  })
})

describe('a Terraform that finds the state locked', () => {
  const locked = new UserError('StateLocked', 'locked')

  it('is run again when the lock is its own', async () => {
    const { run, state } = await scene({ Created: at(601) })
    const answers = [() => Promise.reject(locked), () => Promise.resolve('planned')]
    await expect(despiteOwnLock(run, state, async () => answers.shift()?.())).resolves.toBe('planned')
    expect(bucket.objects.size).toBe(0)
  })

  it.each([
    ['the lock is somebody else’s', { Who: 'alice@ci-runner' }],
    ['it was there before', { Created: at(300) }],
  ])('is not when %s', async (_, lock) => {
    const { run, state } = await scene({ Created: at(601), ...lock })
    await expect(despiteOwnLock(run, state, () => Promise.reject(locked))).rejects.toMatchObject(refused)
    expect(bucket.objects.size).toBe(1)
  })
})

it.each([
  ['taken after that process had ended', { Created: at(100) }, { finishedAt: at(50) }],
  ['taken long after that process was launched', { Created: at(500) }, {}],
  ['of another clone: our process took none', {}, { locks: false }],
  ['of another clone: our process had its own', {}, { lockId: 'lock-0' }],
])('does not release a lock %s', async (_, lock, earlier) => {
  await expect(clear(lock, earlier)).rejects.toMatchObject(refused)
})

it.runIf(process.platform === 'linux')('does not release a lock while a Terraform of another clone may hold it', async () => {
  const folder = path.join(repository, 'infra/environments/of-no-other-test')
  const program = path.join(repository, 'terraform')
  await mkdir(folder, { recursive: true })
  await writeFile(program, '#!/bin/sh\nsleep 30\n:\n', { mode: 0o755 })
  const child = spawn(program, { cwd: folder, detached: true })
  await once(child, 'spawn')
  const waiting = fakeClock(at(600))
  try {
    const { run, state } = await scene({})
    const stop = new Error('it waited')
    waiting.sleep = () => Promise.reject(stop)
    await expect(clearStaleLock({ ...run, ports: { ...run.ports, clock: waiting } }, state)).rejects.toBe(stop)
    expect(bucket.objects.size).toBe(1)
    // It was started long after this lock was taken, so it cannot hold it.
    const launchedAt = '2020-01-01T00:00:00Z'
    expect(await clear({ Created: launchedAt }, { launchedAt })).toBe(true)
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  }
})
