import { mkdtemp, readdir, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/lib/core/clock.js'
import type { Processes } from '../../../src/lib/core/ports.js'
import { systemProcesses } from '../../../src/lib/core/processes.js'
import { takeRunLock } from '../../../src/lib/core/run-lock.js'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-lock-'))
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

const ports = { processes: systemProcesses, clock: systemClock }
const options = (): { repository: string; name: string; command: string } => ({ repository, name: 'dev', command: 'env create dev' })
const lockFolder = (): string => path.join(repository, '.platform', 'locks')

describe('takeRunLock', () => {
  it('names the holder to a second taker, and is free again after the release', async () => {
    const release = await takeRunLock(ports, options())
    await expect(takeRunLock(ports, options())).rejects.toMatchObject({
      code: 'RunInProgress',
      details: { pid: process.pid, command: 'env create dev' },
    })
    await release()
    await (
      await takeRunLock(ports, options())
    )()
    expect(await readdir(lockFolder())).toEqual([])
  })

  it('takes over the lock of a process that is dead, at once', async () => {
    await mkdir(lockFolder(), { recursive: true })
    await writeFile(
      path.join(lockFolder(), 'dev.json'),
      JSON.stringify({ pid: process.pid, startedAt: 'another start', command: 'x', since: 'y' }),
    )
    await (
      await takeRunLock(ports, options())
    )()
  })

  it.each([
    ['half a lock', (file: string) => writeFile(file, '{"pid":')],
    ['null', (file: string) => writeFile(file, 'null')],
    ['a folder', (file: string) => mkdir(path.join(file, 'x'), { recursive: true })],
  ])('clears away a lock file that is damaged: %s', async (_what, damage) => {
    await mkdir(lockFolder(), { recursive: true })
    await damage(path.join(lockFolder(), 'dev.json'))
    await (
      await takeRunLock(ports, options())
    )()
  })

  it('has exactly one winner when many take it over at once', async () => {
    await mkdir(lockFolder(), { recursive: true })
    await writeFile(path.join(lockFolder(), 'dev.json'), JSON.stringify({ pid: 1, startedAt: 'dead', command: 'x', since: 'y' }))
    const takers = Array.from({ length: 12 }, (_, index) => {
      const processes: Processes = {
        ...systemProcesses,
        self: async () => ({ pid: 100_000 + index, startedAt: 'now' }),
        isAlive: async ({ pid }) => pid >= 100_000,
      }
      return takeRunLock({ processes, clock: systemClock }, options())
    })
    const results = await Promise.allSettled(takers)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('lets two environments be worked on at once', async () => {
    const releases = [await takeRunLock(ports, options()), await takeRunLock(ports, { ...options(), name: 'prod' })]
    for (const release of releases) await release()
  })
})
