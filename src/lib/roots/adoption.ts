import type { ImportBlock } from '../aws/existing/plan-imports.js'
import type { StepControl } from '../core/steps.js'
import { applyPlan } from './applying.js'
import { existingFinder } from './existing-finder.js'
import { dropImports, makePlan } from './planning.js'
import type { Prepared } from './preparation.js'
import type { Root } from './root.js'
import type { Run } from './run.js'

/** Looks in AWS for what the configuration describes and the state does not know, after a run that was killed. */
export async function findLostResources(
  context: { run: Run; root: Root; platform: string; prepared: Prepared; forget: boolean },
  control: StepControl,
): Promise<ImportBlock[]> {
  const { run, root, platform, prepared, forget } = context
  const { clients, terraform, state } = prepared
  const finder = existingFinder({ run, root, platform, clients }, { forget })
  const { imports } = await makePlan({ run, terraform, state, finder }, control)
  await dropImports(terraform)
  return imports
}

/**
 * Brings lost resources into the state, so that a destruction reaches them. One plan of these addresses alone does it at once,
 * unless it would create or replace what they depend on: then each is imported by itself, which touches nothing but the state.
 */
export async function adoptLostResources(
  context: { run: Run; prepared: Prepared; lost: readonly ImportBlock[] },
  control: StepControl,
): Promise<void> {
  const { run, prepared, lost } = context
  const { terraform, state } = prepared
  const plan = await makePlan({ run, terraform, state, targets: lost.map(({ to }) => to), importing: lost }, control)
  const { add, replace, destroy } = plan.summary.changes
  if (add + replace + destroy === 0) {
    await applyPlan({ run, terraform, plan, state }, control)
    return
  }
  await dropImports(terraform)
  for (const [index, { to, id }] of lost.entries()) {
    control.progress(to, { done: index, total: lost.length })
    await terraform.importResource(to, id)
  }
}
