import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GuardedProcess } from '../../../../src/lib/core/guarded-process.js'
import { KeptProcess } from '../../../../src/lib/sandbox/clusters/kept-process.js'
import { ProcessLedger, readLedger } from '../../../../src/lib/sandbox/clusters/process-ledger.js'
import { freePort, isFree } from '../../../../src/lib/sandbox/clusters/ports.js'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { fakeClock } from '../../../helpers/fake-clock.js'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'platform-processes-'))))
afterAll(() => rm(folder, { recursive: true }))

/** A program whose end a test decides. */
class FakeProgram {
  readonly killed: string[] = []
  end!: (how: { exitCode: number | null; signal: string | null }) => void
  readonly process: GuardedProcess = {
    pid: 1,
    startedAt: 'x',
    exited: new Promise((resolve) => (this.end = resolve)),
    kill: (signal) => {
      this.killed.push(signal)
      this.end({ exitCode: null, signal })
    },
  }
}

function keep(clock = fakeClock()) {
  const programs: FakeProgram[] = []
  const stopped: string[] = []
  const start = async (): Promise<GuardedProcess> => {
    const program = new FakeProgram()
    programs.push(program)
    return program.process
  }
  const spec = { title: 'etcd of dev', file: '/etcd', args: [], folder: '/', env: {} }
  const events = { onOutput: () => undefined, onStarting: async () => undefined, onStopped: () => stopped.push('stopped') }
  return { kept: new KeptProcess(spec, events, clock, start), programs, stopped, clock }
}

const tick = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a kept process', () => {
  test('is started again when it ends', async () => {
    const { kept, programs } = keep()
    await kept.start()
    programs[0]?.end({ exitCode: 1, signal: null })
    await tick()
    expect(programs).toHaveLength(2)
    expect(kept.restarts).toBe(1)
  })

  test('waits longer each time', async () => {
    const { clock, kept, programs } = keep()
    await kept.start()
    for (let crash = 0; crash < 3; crash++) {
      programs.at(-1)?.end({ exitCode: 1, signal: null })
      await tick()
    }
    expect(clock.slept).toEqual([0, 200, 400, 600])
  })

  test('is given up after five crashes within a minute', async () => {
    const { kept, programs } = keep()
    await kept.start()
    for (let crash = 0; crash < 6; crash++) {
      programs.at(-1)?.end({ exitCode: 2, signal: null })
      await tick()
    }
    expect(programs).toHaveLength(6)
    await expect(kept.givenUp).rejects.toThrow('etcd of dev ended with exit code 2, for the 6th time within a minute')
  })

  test('crashes that are far apart do not count together', async () => {
    const clock = fakeClock()
    const { kept, programs } = keep(clock)
    await kept.start()
    for (let crash = 0; crash < 12; crash++) {
      programs.at(-1)?.end({ exitCode: 2, signal: null })
      await tick()
      await clock.sleep(30_000)
    }
    expect(programs).toHaveLength(13)
  })

  test('stays stopped', async () => {
    const { kept, programs, stopped } = keep()
    await kept.start()
    await kept.stop('SIGTERM')
    await tick()
    expect(programs).toHaveLength(1)
    expect(programs[0]?.killed).toEqual(['SIGTERM'])
    expect(stopped).toEqual(['stopped'])
  })

  test('is killed when it does not end', async () => {
    const { kept, programs } = keep()
    await kept.start()
    const program = programs[0]
    if (!program) throw new Error('not started')
    program.process.kill = (signal) => {
      program.killed.push(signal)
      if (signal === 'SIGKILL') program.end({ exitCode: null, signal })
    }
    await kept.stop('SIGTERM')
    expect(program.killed).toEqual(['SIGTERM', 'SIGKILL'])
  })
})

describe('the ledger', () => {
  test('names what runs', async () => {
    const file = path.join(folder, 'ledger.json')
    const ledger = new ProcessLedger(file)
    await Promise.all([
      ledger.started('dev/etcd', { pid: 1, startedAt: 'a' }),
      ledger.started('dev/kwok', { pid: 2, startedAt: 'b' }),
      ledger.started('dev/etcd', { pid: 3, startedAt: 'c' }),
    ])
    expect(await readLedger(file)).toEqual(
      expect.arrayContaining([
        { pid: 3, startedAt: 'c' },
        { pid: 2, startedAt: 'b' },
      ]),
    )
    await ledger.ended(['dev/kwok'])
    expect(await readLedger(file)).toEqual([{ pid: 3, startedAt: 'c' }])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).not.toContain('kwok')
  })

  test.each(['', '{}', '[{"pid":"x"}]', 'broken'])('%j is an empty one', async (text) => {
    const file = path.join(folder, 'broken.json')
    await writeFile(file, text)
    expect(await readLedger(file)).toEqual([])
  })

  test('a missing one is empty', async () => {
    expect(await readLedger(path.join(folder, 'none.json'))).toEqual([])
  })
})

test('a free port is below those of outgoing connections, and taken once somebody listens', async () => {
  const port = await freePort()
  expect(port).toBeGreaterThanOrEqual(20_000)
  expect(port).toBeLessThan(32_000)
  expect(await isFree(port)).toBe(true)
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  expect(await isFree(port)).toBe(false)
  server.close()
})
