import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AwsClients } from '../../src/lib/aws/clients.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { execProgram } from '../../src/lib/core/exec.js'
import { systemProcesses } from '../../src/lib/core/processes.js'
import { kubernetesPrograms, type KubernetesPrograms } from '../../src/lib/sandbox/clusters/programs.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { readRecord, type SandboxRecord } from '../../src/lib/sandbox/record.js'
import { startSandbox, type EmulatorProgram, type StartedSandbox } from '../../src/lib/sandbox/start.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import type { ToolName } from '../../src/lib/tools/catalogue.js'
import { resolveTool } from '../../src/lib/tools/resolve-tool.js'
import type { ResolvedTool } from '../../src/lib/tools/tool-spec.js'

export const SANDBOX_REGION = 'eu-west-1'

export const sandboxPorts = { processes: systemProcesses, clock: systemClock, signal: new AbortController().signal, env: process.env }

/** The emulator as platform itself finds it. */
export async function findEmulator(): Promise<EmulatorProgram> {
  return findTool('fakecloud')
}

/** The programs of Kubernetes as platform itself finds them. */
export async function findKubernetes(): Promise<KubernetesPrograms> {
  const found = []
  for (const name of kubernetesPrograms) {
    const { path: file, version } = await findTool(name)
    found.push([name, { path: file, version }] as const)
  }
  return Object.fromEntries(found) as KubernetesPrograms
}

export async function findTool(name: ToolName): Promise<ResolvedTool> {
  const refuse = (): Promise<never> => Promise.reject(new Error('asked'))
  const ask = { interactive: false, confirm: refuse, input: refuse, select: refuse }
  return resolveTool({ ...sandboxPorts, exec: execProgram, ask }, name, { install: true })
}

/** kubectl of the server's minor version. */
export async function findKubectl(): Promise<string> {
  return (await findTool('kubectl')).path
}

/** A sandbox in a temporary folder. */
export class TestSandbox {
  readonly directory: string
  #started: StartedSandbox | undefined

  private constructor(directory: string) {
    this.directory = directory
  }

  static async create(): Promise<TestSandbox> {
    return new TestSandbox(await realpath(await mkdtemp(path.join(tmpdir(), 'platform-sandbox-'))))
  }

  static async start(): Promise<TestSandbox> {
    const sandbox = await TestSandbox.create()
    await sandbox.up()
    return sandbox
  }

  /** @param kubernetes whether to ask for Kubernetes; a sandbox that had it goes on with it. */
  async up({ kubernetes = false } = {}): Promise<StartedSandbox> {
    this.#started = await startSandbox(sandboxPorts, {
      directory: this.directory,
      emulator: findEmulator,
      region: SANDBOX_REGION,
      kubernetes: { asked: kubernetes, programs: findKubernetes },
    })
    return this.#started
  }

  get endpoint(): string {
    if (!this.#started) throw new Error('The sandbox has not been started.')
    return this.#started.endpoint
  }

  clients(): AwsClients {
    return clientsAt(this.endpoint)
  }

  async record(): Promise<SandboxRecord> {
    const record = await readRecord(sandboxFolders(this.directory).record)
    if (!record) throw new Error('The sandbox has no record.')
    return record
  }

  async remove(): Promise<void> {
    await stopSandbox(sandboxPorts, this.directory)
    await rm(this.directory, { recursive: true, force: true })
  }
}

/** The settings of an SDK client for an emulator or sandbox. */
export function settingsAt(endpoint: string, region = SANDBOX_REGION) {
  return { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
}

export function clientsAt(endpoint: string): AwsClients {
  return new AwsClients({ accountId: '000000000000', ...settingsAt(endpoint) })
}

/** Waits until `check` says yes. */
export async function eventually(what: string, check: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`)
    await systemClock.sleep(50)
  }
}
