import { UserError } from '../core/errors.js'
import type { StepControl, StepResult } from '../core/steps.js'
import { dataLosses, type PlanSummary } from '../terraform/plan.js'
import type { Terraform } from '../terraform/terraform.js'
import { reportErroredState } from './errored-state.js'
import { dropImports, type Plan } from './planning.js'
import type { Run } from './run.js'
import { despiteOwnLock } from './state-lock.js'
import { digestOf, launchTerraform, runTerraform, terraformFiles, type StateAccess } from './terraform-run.js'

/**
 * Refuses a plan that would destroy or replace something holding data, unless each address was named.
 * @throws `DataLossRefused`
 */
export function refuseDataLoss(summary: PlanSummary, allowed: readonly string[]): void {
  const losses = dataLosses(summary).filter(({ address }) => !allowed.includes(address))
  if (losses.length === 0) return
  throw new UserError('DataLossRefused', 'The plan would destroy or replace what holds data, or the network. It was not applied.', {
    reason: losses.map(({ address, actions }) => `${address} (${actions.join(', ')})`).join('\n'),
    next: [
      'Change the environment file so that this is not needed.',
      `To do it all the same: ${losses.map(({ address }) => `--allow-replace '${address}'`).join(' ')}`,
    ],
    details: { addresses: losses.map(({ address }) => address) },
  })
}

/**
 * Applies exactly the plan that was confirmed.
 * @throws `PlanChanged` when the file is another one now; what `runTerraform` throws.
 */
export async function applyPlan(
  options: { run: Run; terraform: Terraform; plan: Plan; state: StateAccess },
  control: StepControl,
): Promise<StepResult> {
  const { run, terraform, plan, state } = options
  await refuseOtherPlan(plan)
  const { add, change, destroy, replace, import: imported } = plan.summary.changes
  const progress = await despiteOwnLock(run, state, () => {
    const files = { ...terraformFiles(run, 'apply'), planFile: plan.file }
    return runTerraform(run, 'apply', {
      start: () => terraform.startApply(files),
      files,
      state,
      control,
      total: add + change + destroy + 2 * replace + imported,
    })
  }).catch(async (error: unknown) => {
    await reportErroredState(run, state)
    throw error
  })
  await dropImports(terraform)
  run.record.changes = progress.summary ?? { add: add + replace, change, destroy: destroy + replace }
  await run.journal.save(run.record)
  const made = run.record.changes
  return { outcome: 'done', detail: `${made.add} added, ${made.change} changed, ${made.destroy} destroyed` }
}

/** Starts the apply of exactly the plan that was confirmed, and leaves it to itself. The next run waits for it. */
export async function startApplying({ run, terraform, plan }: { run: Run; terraform: Terraform; plan: Plan }): Promise<void> {
  await refuseOtherPlan(plan)
  const files = { ...terraformFiles(run, 'apply'), planFile: plan.file }
  await launchTerraform(run, 'apply', () => terraform.startApply(files))
}

async function refuseOtherPlan(plan: Plan): Promise<void> {
  const digest = await digestOf(plan.file)
  if (digest === plan.digest) return
  throw new UserError('PlanChanged', 'The plan file is not the one that was confirmed.', {
    reason: `Confirmed ${plan.digest}, found ${digest}.`,
    next: ['Run the command again to make a new plan.'],
  })
}
