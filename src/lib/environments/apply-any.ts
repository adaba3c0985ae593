import { applyRoot, type ApplyOptions, type ApplyResult } from '../roots/apply-root.js'
import type { RootContext } from '../roots/context.js'
import type { Root } from '../roots/root.js'
import { warnAboutEndpoint } from './endpoint-warning.js'
import { verifyEnvironment } from './verification.js'

/** Applies a root, and reads back what an environment promises when it is one. */
export async function applyAny(context: RootContext, root: Root, options: Omit<ApplyOptions, 'verify'>): Promise<ApplyResult> {
  const environment = context.project.environments.get(root.name)
  if (!environment) return applyRoot(context, root, options)
  warnAboutEndpoint(context, environment)
  return applyRoot(context, root, { ...options, verify: ({ clients }, outputs) => verifyEnvironment(environment, clients, outputs) })
}
