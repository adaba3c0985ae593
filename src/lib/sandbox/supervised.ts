import { rm } from 'node:fs/promises'
import { UserError } from '../core/errors.js'
import type { Ports, ProcessIdentity } from '../core/ports.js'
import { assertLoopback } from '../core/loopback.js'
import type { SandboxFolders } from './folders.js'
import { CONTROL_PREFIX, TOKEN_HEADER } from './gateway/control-path.js'
import { requestJson, type JsonAnswer } from './http-client.js'
import { readRecord, type SandboxRecord } from './record.js'

export type SandboxPorts = Pick<Ports, 'processes' | 'clock' | 'signal' | 'env'>

const STOP_TIMEOUT_MS = 15_000

/** Sends a request to the control interface of a supervisor. @throws `EndpointNotLocal` */
export async function askSupervisor(
  record: SandboxRecord,
  path: string,
  options: { method?: string; body?: unknown; timeoutMs?: number } = {},
): Promise<JsonAnswer> {
  assertLoopback(record.endpoint)
  return requestJson(record.port, `${CONTROL_PREFIX}${path}`, {
    ...options,
    timeoutMs: options.timeoutMs ?? 5000,
    headers: { [TOKEN_HEADER]: record.token },
  })
}

/**
 * The record of the repository's supervisor if it runs and answers.
 * @throws `EndpointNotLocal` when the record points elsewhere.
 */
export async function findRunning(ports: Pick<SandboxPorts, 'processes'>, folders: SandboxFolders): Promise<SandboxRecord | undefined> {
  const record = await readRecord(folders.record)
  if (record === undefined) return undefined
  assertLoopback(record.endpoint)
  if (record.state !== 'ready' || !(await ports.processes.isAlive(record.supervisor))) return undefined
  try {
    return (await askSupervisor(record, 'status')).status === 200 ? record : undefined
  } catch {
    return undefined
  }
}

/** Ends whatever processes a record names, politely where possible, and removes the record. Never goes by a process name. */
export async function endProcesses(ports: SandboxPorts, folders: SandboxFolders, record: SandboxRecord): Promise<void> {
  const { emulator, supervisor } = record
  await ports.processes.signal(supervisor, 'SIGTERM', { group: false })
  if (!(await endsWithin(ports, supervisor, STOP_TIMEOUT_MS))) await kill(ports, supervisor)
  if (emulator && !(await endsWithin(ports, emulator, 1000))) await kill(ports, emulator)
  await rm(folders.record, { force: true })
}

async function kill(ports: SandboxPorts, process: ProcessIdentity): Promise<void> {
  await ports.processes.signal(process, 'SIGKILL', { group: false })
  if (await endsWithin(ports, process, 5000)) return
  throw new UserError('SandboxFailed', `The process ${process.pid} of the local AWS cannot be stopped.`, { details: { pid: process.pid } })
}

async function endsWithin(ports: SandboxPorts, process: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = ports.clock.now().getTime() + ms
  while (await ports.processes.isAlive(process)) {
    if (ports.clock.now().getTime() > deadline) return false
    await ports.clock.sleep(20)
  }
  return true
}
