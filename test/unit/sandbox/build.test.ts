import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Journal } from '../../../src/lib/core/journal.js'
import { currentBuild, isOutdated } from '../../../src/lib/sandbox/build.js'
import { sandboxFolders, type SandboxFolders } from '../../../src/lib/sandbox/folders.js'
import type { SandboxRecord } from '../../../src/lib/sandbox/record.js'
import { startSandbox, type StartedSandbox } from '../../../src/lib/sandbox/start.js'
import { sandboxStatus } from '../../../src/lib/sandbox/status.js'
import type { SandboxPorts } from '../../../src/lib/sandbox/supervised.js'
import type { SupervisorSettings } from '../../../src/lib/sandbox/supervisor.js'
import { fakeClock } from '../../helpers/fake-clock.js'

describe('isOutdated', () => {
  it.each([
    ['the same build', '0.2.0+a', false],
    ['another build of the same version', '0.2.0+b', true],
    ['an earlier version', '0.1.9+a', true],
    ['a later version', '0.2.1+b', false],
    ['a later version’s first candidate', '0.3.0-rc.1+b', false],
    ['one that does not say', undefined, true],
    ['one that says something else', 'yesterday', true],
  ])('%s', async (_, running, expected) => {
    expect(await isOutdated(running, '0.2.0+a')).toBe(expected)
  })
})

it('names the version and the program', async () => {
  expect(await currentBuild()).toMatch(/^\d+\.\d+\.\d+\S*\+[0-9a-f]{12}$/)
})

describe('a sandbox that another build started', () => {
  let repository: string
  let folders: SandboxFolders
  let server: Server
  let alive: Set<number>
  let launched: SupervisorSettings[]

  beforeEach(async () => {
    repository = await mkdtemp(path.join(tmpdir(), 'platform-build-'))
    folders = sandboxFolders(repository)
    await mkdir(folders.root, { recursive: true })
    ;[alive, launched] = [new Set([1, 10]), []]
    server = createServer((_, response) => void response.end('{}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await rm(repository, { recursive: true })
  })

  async function write(supervisor: number, build: string | undefined): Promise<void> {
    const { port } = server.address() as AddressInfo
    const record: SandboxRecord = {
      schemaVersion: 1,
      state: 'ready',
      supervisor: { pid: supervisor, startedAt: 'x' },
      emulatorVersion: '0.51.0',
      ...(build !== undefined && { build }),
      port,
      endpoint: `http://127.0.0.1:${port}`,
      accountId: '000000000000',
      region: 'eu-west-1',
      token: 't',
      since: '2030-01-01T00:00:00Z',
    }
    await writeFile(folders.record, JSON.stringify(record))
  }

  const ports = {
    clock: fakeClock(),
    signal: new AbortController().signal,
    env: {},
    processes: {
      self: async () => ({ pid: 1, startedAt: 'x' }),
      isAlive: async ({ pid }: { pid: number }) => alive.has(pid),
      signal: async ({ pid }: { pid: number }) => void alive.delete(pid),
      startDetached: async (_: string, [, settings = '']: string[]) => {
        launched.push(JSON.parse(settings) as SupervisorSettings)
        alive.add(20)
        await write(20, launched[0]?.build)
        return { pid: 20, startedAt: 'x', exited: new Promise(() => undefined) }
      },
    },
  } as unknown as SandboxPorts
  const start = (): Promise<StartedSandbox> =>
    startSandbox(ports, { directory: repository, emulator: { path: '/fakecloud', version: '0.51.0' } })

  it.each([undefined, '0.0.1+0123456789ab'])('is restarted once when that was %s, and says why', async (build) => {
    await write(10, build)
    expect(await sandboxStatus(ports, repository)).toMatchObject({ running: true, outdated: true })
    expect(await start()).toMatchObject({ status: 'restarted', note: expect.stringContaining('What is in it stays') as string })
    expect([...alive]).toEqual([1, 20])
    expect(launched).toMatchObject([{ directory: repository, build: await currentBuild() }])
    expect(await sandboxStatus(ports, repository)).toMatchObject({ running: true, outdated: false })
    expect(await start()).toEqual({
      status: 'running',
      kubernetes: false,
      accountId: '000000000000',
      region: 'eu-west-1',
      endpoint: expect.any(String) as string,
    })
    expect(launched).toHaveLength(1)
  })

  it('is left alone when that was a later version', async () => {
    await write(10, '999.0.0+0123456789ab')
    expect(await start()).toMatchObject({ status: 'running' })
    expect(launched).toEqual([])
  })

  it('is left alone while another command is at work, and says so', async () => {
    await write(10, undefined)
    const owner = { pid: 30, startedAt: 'x' }
    await new Journal(repository, ports.clock).start({ command: 'env apply dev', environment: 'dev', purpose: 'change', owner })
    alive.add(30)
    expect(await start()).toMatchObject({ status: 'running', note: expect.stringContaining('no other command is at work') as string })
    expect(launched).toEqual([])
    // The command has ended, but its Terraform has not.
    const journal = new Journal(repository, ports.clock)
    const [record] = await journal.list()
    if (!record) throw new Error(`no run on ${hostname()}`)
    record.processes.push({ pid: 31, startedAt: 'x', operation: 'apply', launchedAt: record.startedAt, locks: true })
    await journal.finish(record, 'interrupted')
    alive = new Set([1, 10, 31])
    expect(await start()).toMatchObject({ status: 'running' })
    alive.delete(31)
    expect(await start()).toMatchObject({ status: 'restarted' })
    expect(JSON.parse(await readFile(folders.record, 'utf8'))).toMatchObject({ supervisor: { pid: 20 } })
  })

  it('is not held up by the command that asks', async () => {
    await write(10, undefined)
    const owner = { pid: 1, startedAt: 'x' }
    await new Journal(repository, ports.clock).start({ command: 'env apply dev', environment: 'dev', purpose: 'change', owner })
    expect(await start()).toMatchObject({ status: 'restarted' })
  })
})
