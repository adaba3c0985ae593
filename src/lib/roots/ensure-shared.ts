import { AwsClients } from '../aws/clients.js'
import { stateSummary } from '../aws/state-object.js'
import { Journal } from '../core/journal.js'
import { SHARED_NAME } from '../core/names.js'
import { applyRoot, type ApplyOptions } from './apply-root.js'
import type { RootContext } from './context.js'
import { isHalfMade } from './history.js'
import { sharedRoot } from './shared-root.js'
import { stateBucketOf } from './value-files.js'

/**
 * Makes what environments share before the first of them, and finishes it after a run that was cut short. Where it is there, or switched
 * off, nothing is done: changes to it are the business of `shared apply`.
 */
export async function ensureShared(context: RootContext, options: Pick<ApplyOptions, 'yes' | 'allowReplace'>): Promise<void> {
  const { project, ports } = context
  if (!project.shared.enabled) return
  const halfMade = await isHalfMade(new Journal(project.directory, ports.clock), SHARED_NAME)
  if (!halfMade && (await hasResources(context))) return
  const message = halfMade
    ? 'What environments share was not finished (infra/shared): it is finished first.'
    : 'What environments share is not there yet (infra/shared): it is made first.'
  ports.report.emit({ type: 'info', message })
  await applyRoot(context, sharedRoot(project), { ...options, command: 'shared apply', wait: true })
}

async function hasResources({ project, target }: RootContext): Promise<boolean> {
  await target.prepare()
  const root = sharedRoot(project)
  const clients = new AwsClients(await target.connect(root.account, root.region))
  return (await stateSummary(clients, { bucket: stateBucketOf(project, root), key: root.stateKey })).resources > 0
}
