import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { sandboxFolders } from './folders.js'
import { askSupervisor, findRunning } from './supervised.js'

/**
 * Has the running sandbox deliver at once what CloudTrail recorded, with a digest file where asked. Else it does so every minute.
 * @throws `SandboxFailed` when it does not run.
 */
export async function deliverTrails(ports: Pick<Ports, 'processes'>, directory: string, options: { digest?: boolean } = {}): Promise<void> {
  const record = await findRunning(ports, sandboxFolders(directory))
  if (!record) throw new UserError('SandboxFailed', 'The local AWS of this repository is not running.', { next: ['platform sandbox up'] })
  const { body, status } = await askSupervisor(record, 'trails', { method: 'POST', body: options, timeoutMs: 30_000 })
  if (status !== 200) throw new UserError('SandboxFailed', 'The local AWS did not deliver the trails.', { reason: JSON.stringify(body) })
}
