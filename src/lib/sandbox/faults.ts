import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { sandboxFolders } from './folders.js'
import type { Fault, FaultInput } from './gateway/fault-plan.js'
import { askSupervisor, findRunning } from './supervised.js'

export type { FaultInput } from './gateway/fault-plan.js'

/**
 * Makes the running sandbox of a repository fail in a given way, for tests.
 * @throws `SandboxFailed` when it does not run or refuses a fault.
 */
export async function injectFaults(ports: Pick<Ports, 'processes'>, directory: string, faults: readonly FaultInput[]): Promise<void> {
  await change(ports, directory, { method: 'POST', body: faults })
}

/** Ends every fault. */
export async function clearFaults(ports: Pick<Ports, 'processes'>, directory: string): Promise<void> {
  await change(ports, directory, { method: 'DELETE' })
}

/** The faults since the last `clearFaults`, with the number of calls that each one hit. */
export async function listFaults(ports: Pick<Ports, 'processes'>, directory: string): Promise<Array<Fault & { hits: number }>> {
  const body = await change(ports, directory, { method: 'GET' })
  return (body as { faults: Array<Fault & { hits: number }> }).faults
}

async function change(ports: Pick<Ports, 'processes'>, directory: string, options: { method: string; body?: unknown }): Promise<unknown> {
  const record = await findRunning(ports, sandboxFolders(directory))
  if (!record) throw new UserError('SandboxFailed', 'The local AWS of this repository is not running.', { next: ['platform sandbox up'] })
  const { status, body } = await askSupervisor(record, 'faults', options)
  if (status === 200) return body
  throw new UserError('SandboxFailed', 'The local AWS refused the faults.', { reason: JSON.stringify(body) })
}
