import type { RootContext } from '../roots/context.js'
import { destroyRoot, type DestroyOptions, type DestroyResult } from '../roots/destroy-root.js'
import { environmentRoot } from '../roots/environment-root.js'
import { environmentOf } from './selection.js'

/** Destroys an environment and proves that nothing is left in the account. Running it again after an interruption finishes it. */
export async function destroyEnvironment(context: RootContext, options: DestroyOptions & { name: string }): Promise<DestroyResult> {
  const { name, ...how } = options
  return destroyRoot(context, environmentRoot(context.project, environmentOf(context.project, name)), how)
}
