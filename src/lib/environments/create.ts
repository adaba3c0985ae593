import { refusePolicyBreaches } from '../config/policies.js'
import type { ApplyOptions, ApplyResult } from '../roots/apply-root.js'
import type { RootContext } from '../roots/context.js'
import { ensureShared } from '../roots/ensure-shared.js'
import { environmentRoot } from '../roots/environment-root.js'
import { applyAny } from './apply-any.js'
import { environmentOf } from './selection.js'

export interface CreateOptions extends Omit<ApplyOptions, 'command' | 'confirm' | 'verify'> {
  name: string
  command: 'env create' | 'env apply'
}

/**
 * Brings an environment to what its file says. Safe to repeat: a second run changes nothing, and a run that was cut short
 * is finished by the next one. The first one makes what environments share before it.
 */
export async function createEnvironment(context: RootContext, options: CreateOptions): Promise<ApplyResult> {
  const { name, command, ...how } = options
  refusePolicyBreaches(context.project)
  const root = environmentRoot(context.project, environmentOf(context.project, name))
  if (command === 'env create') await ensureShared(context, how)
  return applyAny(context, root, { ...how, command: `${command} ${name}` })
}
