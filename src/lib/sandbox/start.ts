import { mkdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../core/errors.js'
import type { DetachedProcess } from '../core/ports.js'
import { redactText } from '../core/redaction.js'
import { currentBuild, isOutdated, othersAtWork, supervisorProgram, versionOf } from './build.js'
import { sandboxFolders, type SandboxFolders } from './folders.js'
import { lastLines } from './logs.js'
import { wantsKubernetes, type KubernetesWish } from './kubernetes-wish.js'
import { readRecord, type SandboxRecord } from './record.js'
import { withStartLock } from './start-lock.js'
import { askSupervisor, endProcesses, findRunning, type SandboxPorts } from './supervised.js'
import type { SupervisorSettings } from './supervisor.js'

/** The account that the sandbox plays. */
export const SANDBOX_ACCOUNT_ID = '000000000000'
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'
const START_TIMEOUT_MS = 60_000
/** The supervisor itself writes almost nothing here; its logs rotate. */
const MAX_OUTPUT_BYTES = 1024 * 1024

export interface EmulatorProgram {
  path: string
  version: string
}

export interface StartSandboxOptions {
  /** The repository. */
  directory: string
  /** The emulator, or how to find it: asked only when the sandbox is not running yet. */
  emulator: EmulatorProgram | (() => Promise<EmulatorProgram>)
  /** Region of calls that name none. Default `us-east-1`. */
  region?: string
  /** Whether its EKS clusters get a Kubernetes of their own. Without it they are shapes only. */
  kubernetes?: KubernetesWish
}

export interface StartedSandbox {
  endpoint: string
  accountId: string
  region: string
  /** `running`: it was there already. `restarted`: what was there was of another version. */
  status: 'started' | 'running' | 'restarted'
  /** Whether its EKS clusters have a Kubernetes of their own. */
  kubernetes: boolean
  /** What a person should know about the version of what was there. */
  note?: string
}

/**
 * Makes sure that the repository's local AWS runs, and says where. Any number of processes may call this at once. One that an earlier
 * version of platform started is restarted, with what is in it, unless somebody is at work with it.
 * @throws `SandboxFailed` with the last lines of the log, `EndpointNotLocal`, or what finding the emulator throws.
 */
export async function startSandbox(ports: SandboxPorts, options: StartSandboxOptions): Promise<StartedSandbox> {
  const folders = sandboxFolders(options.directory)
  const build = await currentBuild()
  const running = await findRunning(ports, folders)
  if (running && !(await isOutdated(running.build, build))) return describe(await withKubernetes(running, folders, options), 'running')
  if (running && (await othersAtWork(ports, folders.repository))) return describe(running, 'running', notNow(running))
  const emulator = typeof options.emulator === 'function' ? await options.emulator() : options.emulator
  const kubernetes = (await wantsKubernetes(folders, options.kubernetes)) ? await options.kubernetes?.programs() : undefined
  return withStartLock(ports, folders.startLock, async () => {
    const meanwhile = (await findRunning(ports, folders)) ?? (await waitForStarting(ports, folders))
    if (meanwhile && !(await isOutdated(meanwhile.build, build))) {
      return describe(await withKubernetes(meanwhile, folders, options), 'running')
    }
    const remains = await readRecord(folders.record)
    if (remains) await endProcesses(ports, folders, remains)
    await rm(folders.record, { force: true })
    const supervisor = await launch(ports, folders, {
      directory: folders.repository,
      emulator,
      searchPath: ports.env['PATH'] ?? DEFAULT_PATH,
      env: environmentOf(ports.env),
      accountId: SANDBOX_ACCOUNT_ID,
      region: options.region ?? 'us-east-1',
      build,
      ...(kubernetes && { kubernetes }),
    })
    const ready = await waitUntilReady(ports, folders, supervisor)
    return meanwhile ? describe(ready, 'restarted', replaced(meanwhile)) : describe(ready, 'started')
  })
}

/** Switches Kubernetes on in a sandbox that runs without it. */
async function withKubernetes(
  running: SandboxRecord,
  folders: SandboxFolders,
  { kubernetes }: StartSandboxOptions,
): Promise<SandboxRecord> {
  if (running.kubernetes === true || !kubernetes || !(await wantsKubernetes(folders, kubernetes))) return running
  const { body, status } = await askSupervisor(running, 'kubernetes', {
    method: 'POST',
    body: await kubernetes.programs(),
    timeoutMs: 30_000,
  })
  if (status === 200) return { ...running, kubernetes: true }
  throw new UserError('SandboxFailed', 'The local AWS could not switch Kubernetes on.', {
    reason: JSON.stringify(body),
    next: ['platform sandbox down', 'platform sandbox up --kubernetes', 'platform sandbox logs'],
  })
}

function replaced({ build }: SandboxRecord): string {
  return `The local AWS was started by another build of platform (${versionOf(build)}), so it was restarted. What is in it stays.`
}

function notNow({ build }: SandboxRecord): string {
  return `The local AWS was started by another build of platform (${versionOf(build)}). It is restarted as soon as no other command is at work.`
}

/** A supervisor whose starter was killed may be on its way up. */
async function waitForStarting(ports: SandboxPorts, folders: SandboxFolders): Promise<SandboxRecord | undefined> {
  const deadline = ports.clock.now().getTime() + START_TIMEOUT_MS
  for (;;) {
    const record = await readRecord(folders.record)
    if (record?.state === 'ready') return findRunning(ports, folders)
    if (record?.state !== 'starting' || !(await ports.processes.isAlive(record.supervisor)) || ports.clock.now().getTime() > deadline)
      return undefined
    await ports.clock.sleep(25, ports.signal)
  }
}

function environmentOf({ HOME, PATH = DEFAULT_PATH, XDG_CACHE_HOME }: SandboxPorts['env']): Record<string, string> {
  return { PATH, ...(HOME !== undefined && { HOME }), ...(XDG_CACHE_HOME !== undefined && { XDG_CACHE_HOME }) }
}

async function launch(ports: SandboxPorts, folders: SandboxFolders, settings: SupervisorSettings): Promise<DetachedProcess> {
  await mkdir(folders.logs, { recursive: true })
  const output = path.join(folders.logs, 'supervisor.log')
  if (((await stat(output).catch(() => undefined))?.size ?? 0) > MAX_OUTPUT_BYTES) await rm(output)
  const { TMPDIR } = ports.env
  return ports.processes.startDetached(process.execPath, [supervisorProgram, JSON.stringify(settings)], {
    cwd: folders.root,
    env: { ...settings.env, NODE_NO_WARNINGS: '1', ...(TMPDIR !== undefined && { TMPDIR }) },
    stdoutFile: output,
    stderrFile: output,
    background: true,
  })
}

async function waitUntilReady(ports: SandboxPorts, folders: SandboxFolders, supervisor: DetachedProcess): Promise<SandboxRecord> {
  let exit: string | undefined
  void supervisor.exited.then(({ exitCode, signal }) => (exit = signal ?? `exit code ${exitCode}`))
  const deadline = ports.clock.now().getTime() + START_TIMEOUT_MS
  for (;;) {
    const record = await readRecord(folders.record)
    if (record?.supervisor.pid === supervisor.pid) {
      if (record.state === 'ready') return record
      if (record.state === 'failed') throw await failure(folders, record.failure ?? 'the reason is unknown')
    }
    if (exit !== undefined) throw await failure(folders, `its supervisor ended with ${exit}`)
    if (ports.clock.now().getTime() > deadline) throw await failure(folders, `it was not ready within ${START_TIMEOUT_MS / 1000} s`)
    await ports.clock.sleep(20, ports.signal)
  }
}

async function failure(folders: SandboxFolders, why: string): Promise<UserError> {
  const all = await lastLines(folders, 15)
  // The emulator says much before the one line that tells why it ended.
  const last = all.findLast(({ source }) => source === 'emulator')
  const lines = last?.text.includes(' ERROR ') ? [last] : all
  return new UserError('SandboxFailed', `The local AWS did not start: ${why}.`, {
    ...(lines.length > 0 && { reason: redactText(lines.map(({ text }) => text).join('\n')) }),
    next: ['platform sandbox logs', 'platform doctor', 'platform sandbox reset    (deletes what is in the local AWS)'],
    details: { logs: folders.logs },
  })
}

function describe(
  { accountId, endpoint, kubernetes = false, region }: SandboxRecord,
  status: StartedSandbox['status'],
  note?: string,
): StartedSandbox {
  return { endpoint, accountId, region, status, kubernetes, ...(note !== undefined && { note }) }
}
