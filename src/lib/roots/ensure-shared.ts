import { AwsClients } from '../aws/clients.js'
import { stateSummary } from '../aws/state-object.js'
import { applyRoot, type ApplyOptions } from './apply-root.js'
import type { RootContext } from './context.js'
import { sharedRoot } from './shared-root.js'
import { stateBucketOf } from './value-files.js'

/** Whether what environments share was applied once. Changes to it are the business of `shared apply`. */
export async function isSharedThere(context: RootContext): Promise<boolean> {
  const { project, target } = context
  await target.prepare()
  const root = sharedRoot(project)
  const clients = new AwsClients(await target.connect(root.account, root.region))
  return (await stateSummary(clients, { bucket: stateBucketOf(project, root), key: root.stateKey })).resources > 0
}

/** Makes what environments share before the first of them. Where it is there, or switched off, nothing is done. */
export async function ensureShared(context: RootContext, options: Pick<ApplyOptions, 'yes' | 'allowReplace'>): Promise<void> {
  const { project, ports } = context
  if (!project.shared.enabled || (await isSharedThere(context))) return
  ports.report.emit({ type: 'info', message: 'What environments share is not there yet (infra/shared): it is made first.' })
  await applyRoot(context, sharedRoot(project), { ...options, command: 'shared apply', wait: true })
}
