import { once } from 'node:events'
import { mkdtemp, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { currentBuild } from '../../../src/lib/sandbox/build.js'
import type { KubernetesPrograms } from '../../../src/lib/sandbox/clusters/programs.js'
import { sandboxFolders, type SandboxFolders } from '../../../src/lib/sandbox/folders.js'
import { startSandbox, type StartedSandbox } from '../../../src/lib/sandbox/start.js'
import { sandboxStatus } from '../../../src/lib/sandbox/status.js'
import { resetSandbox } from '../../../src/lib/sandbox/stop.js'
import type { SandboxPorts } from '../../../src/lib/sandbox/supervised.js'
import type { SupervisorSettings } from '../../../src/lib/sandbox/supervisor.js'
import { fakeClock } from '../../helpers/fake-clock.js'

const program = { path: '/bin/program', version: '1.35.4' }
const programs: KubernetesPrograms = {
  etcd: program,
  'kube-apiserver': program,
  'kube-controller-manager': program,
  'kube-scheduler': program,
  kwok: program,
}

let folder: string
let folders: SandboxFolders
let supervisor: Server
let alive: Set<number>
let launched: SupervisorSettings[]
let searched: number
let received: string[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-kubernetes-'))
  folders = sandboxFolders(folder)
  await mkdir(folders.root, { recursive: true })
  ;[alive, launched, searched, received] = [new Set([1]), [], 0, []]
  supervisor = createServer((request, response) => {
    request.resume()
    received.push(`${request.method} ${request.url}`)
    const clusters = [{ name: 'dev', endpoint: 'https://127.0.0.1:20001', ready: true }]
    response.end(JSON.stringify(request.url?.endsWith('/clusters') === true ? { clusters } : {}))
  }).listen(0, '127.0.0.1')
  await once(supervisor, 'listening')
})
afterEach(async () => {
  supervisor.closeAllConnections()
  supervisor.close()
  await rm(folder, { recursive: true })
})

async function write(pid: number, kubernetes: boolean): Promise<void> {
  alive.add(pid)
  const { port } = supervisor.address() as AddressInfo
  const record = {
    schemaVersion: 1,
    state: 'ready',
    supervisor: { pid, startedAt: 'x' },
    emulatorVersion: '0.51.0',
    build: await currentBuild(),
    port,
    endpoint: `http://127.0.0.1:${port}`,
    accountId: '000000000000',
    region: 'eu-west-1',
    token: 't',
    since: '2030-01-01T00:00:00Z',
    kubernetes,
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
      const read = JSON.parse(settings) as SupervisorSettings
      launched.push(read)
      await write(20, read.kubernetes !== undefined)
      return { pid: 20, startedAt: 'x', exited: new Promise(() => undefined) }
    },
  },
} as unknown as SandboxPorts

async function start(asked: boolean): Promise<StartedSandbox> {
  const find = async (): Promise<KubernetesPrograms> => {
    searched += 1
    return programs
  }
  const emulator = { path: '/fakecloud', version: '0.51.0' }
  return startSandbox(ports, { directory: folder, emulator, kubernetes: { asked, programs: find } })
}

describe('Kubernetes in a sandbox', () => {
  test('is not looked for until it is asked for', async () => {
    expect(await start(false)).toMatchObject({ status: 'started', kubernetes: false })
    expect(launched[0]).not.toHaveProperty('kubernetes')
    expect(searched).toBe(0)
  })

  test('starts with the sandbox where it is asked for', async () => {
    expect(await start(true)).toMatchObject({ status: 'started', kubernetes: true })
    expect(launched[0]?.kubernetes).toEqual(programs)
  })

  test('starts again in a sandbox that ran it before', async () => {
    await writeFile(folders.kubernetesWanted, '')
    expect(await start(false)).toMatchObject({ kubernetes: true })
    expect(launched[0]?.kubernetes).toEqual(programs)
  })

  test('is switched on in a sandbox that runs, once', async () => {
    await write(10, false)
    expect(await start(false)).toMatchObject({ status: 'running', kubernetes: false })
    expect(await start(true)).toMatchObject({ status: 'running', kubernetes: true })
    expect(received).toContain('POST /_platform/kubernetes')
    received.length = 0
    await write(10, true)
    expect(await start(true)).toMatchObject({ status: 'running', kubernetes: true })
    expect(received).toEqual(['GET /_platform/status'])
    expect({ launched, searched }).toEqual({ launched: [], searched: 1 })
  })

  test('ends with reset, with everything of it', async () => {
    await writeFile(folders.kubernetesWanted, '')
    await mkdir(path.join(folders.clusters, 'dev'), { recursive: true })
    await mkdir(folders.services)
    expect(await resetSandbox(ports, folder)).toEqual({ reset: true })
    for (const place of [folders.kubernetesWanted, folders.clusters, folders.services]) await expect(stat(place)).rejects.toThrow('ENOENT')
  })

  test('leaves no process when the supervisor is gone without a word', async () => {
    await write(10, true)
    await writeFile(folders.clusterProcesses, JSON.stringify([{ pid: 11, startedAt: 'x' }]))
    alive = new Set([1, 11])
    expect(await start(false)).toMatchObject({ status: 'started' })
    expect(alive.has(11)).toBe(false)
  })
})

describe('the status of clusters', () => {
  test('comes from the supervisor', async () => {
    await write(10, true)
    const status = await sandboxStatus(ports, folder)
    expect(status).toMatchObject({ kubernetes: true, clusters: [{ name: 'dev', endpoint: 'https://127.0.0.1:20001', ready: true }] })
  })

  test('of a sandbox that is down comes from the disk', async () => {
    const record = { schemaVersion: 1, name: 'dev', region: 'eu-west-1', port: 20_002 }
    await mkdir(path.join(folders.clusters, 'dev'), { recursive: true })
    await writeFile(path.join(folders.clusters, 'dev', 'cluster.json'), JSON.stringify(record))
    const status = await sandboxStatus(ports, folder)
    expect(status).toMatchObject({
      running: false,
      kubernetes: false,
      clusters: [{ name: 'dev', endpoint: 'https://127.0.0.1:20002', ready: false }],
    })
  })
})
