import { refusePolicyBreaches } from '../config/policies.js'
import type { RootContext } from '../roots/context.js'
import { environmentRoot } from '../roots/environment-root.js'
import { planRoot, type PlanResult } from '../roots/plan-root.js'
import { previewRoot, type PreviewOptions } from '../roots/preview-root.js'
import { environmentOf } from './selection.js'

/** Plans an environment and keeps the plan, so that exactly this plan can be applied. Changes nothing in AWS but the state bucket. */
export async function planEnvironment(context: RootContext, name: string): Promise<PlanResult & { hasChanges: boolean }> {
  refusePolicyBreaches(context.project)
  const plan = await planRoot(context, environmentRoot(context.project, environmentOf(context.project, name)))
  return { ...plan, environment: name }
}

/** What `env create`, `env apply` or `env destroy` would do. Nothing in the repository and nothing in the account is changed. */
export async function previewEnvironment(context: RootContext, options: PreviewOptions & { name: string }): Promise<PlanResult> {
  const { name, ...how } = options
  if (how.destroy !== true) refusePolicyBreaches(context.project)
  const environment = environmentOf(context.project, name)
  if (environment.isolation === 'hard') return previewRoot(context, environmentRoot(context.project, environment), how)
  // What is destroyed with a soft environment is a change of its host.
  const root = environmentRoot(context.project, environment, how.destroy === true ? 'remove' : 'add')
  return { ...(await previewRoot(context, root, { ...how, destroy: false })), environment: name }
}
