import { applyRoot, type ApplyOptions, type ApplyResult } from '../roots/apply-root.js'
import type { RootContext } from '../roots/context.js'
import { environmentRoot } from '../roots/environment-root.js'
import { refusePolicyBreaches } from '../config/policies.js'
import { warnAboutEndpoint } from './endpoint-warning.js'
import { environmentOf } from './selection.js'
import { verifyEnvironment } from './verification.js'

export interface CreateOptions extends Omit<ApplyOptions, 'command' | 'verify'> {
  name: string
  command: 'env create' | 'env apply'
}

/**
 * Brings an environment to what its file says. Safe to repeat: a second run changes nothing, and a run that was cut short
 * is finished by the next one.
 */
export async function createEnvironment(context: RootContext, options: CreateOptions): Promise<ApplyResult> {
  const { name, command, ...how } = options
  refusePolicyBreaches(context.project)
  const environment = environmentOf(context.project, name)
  const root = environmentRoot(context.project, environment)
  warnAboutEndpoint(context, environment)
  return applyRoot(context, root, {
    ...how,
    command: `${command} ${name}`,
    verify: ({ clients }, outputs) => verifyEnvironment(environment, clients, outputs),
  })
}
