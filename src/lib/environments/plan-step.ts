import { ExistingResources } from '../aws/existing/existing-resources.js'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { Step, StepResult } from '../core/steps.js'
import { summarisePlan } from '../terraform/plan.js'
import { lastChange, wasCutShort } from './history.js'
import { makePlan, type Plan } from './planning.js'
import type { Prepared } from './preparation.js'
import type { Run } from './run.js'
import { digestOf } from './terraform-run.js'

/** A step that makes the plan of an environment's file against AWS, importing what exists but is not in the state. */
export function planStep(
  context: { run: Run; environment: Environment; platform: string; prepared: () => Prepared },
  made: (plan: Plan) => void,
): Step {
  const { run, environment, platform } = context
  return {
    id: 'plan',
    title: 'Plan',
    run: async (control) => {
      const { clients, terraform, state } = context.prepared()
      const finder = (progress: (detail: string) => void): ExistingResources =>
        new ExistingResources(run.ports, clients, { platform, environment: environment.name }, progress)
      const afterCutShort = wasCutShort(await lastChange(run.journal, environment.name, run.record.runId))
      const plan = await makePlan({ run, terraform, state, finder, afterCutShort }, control)
      run.record.planDigest = plan.digest
      made(plan)
      return planResult(plan)
    },
  }
}

/** A step that reads a plan made earlier, and refuses it when it is not the one with this digest. */
export function savedPlanStep(
  context: { run: Run; prepared: () => Prepared; savedPlan: { file: string; digest?: string } },
  read: (plan: Plan) => void,
): Step {
  const { file, digest: expected } = context.savedPlan
  return {
    id: 'plan',
    title: 'Saved plan',
    run: async () => {
      const digest = await digestOf(file)
      if (expected !== undefined && digest !== expected) {
        throw new UserError('PlanChanged', `${file} is not the plan with digest ${expected}.`, {
          reason: `Its digest is ${digest}.`,
          next: [`platform env plan ${context.run.record.environment}`],
        })
      }
      const plan: Plan = { file, digest, imported: [], summary: summarisePlan(await context.prepared().terraform.showPlan(file)) }
      context.run.record.planDigest = digest
      read(plan)
      return planResult(plan)
    },
  }
}

/** The outcome of a plan in one line. */
export function planResult({ summary, imported }: Plan): StepResult {
  if (!summary.hasChanges) return { outcome: 'checked', detail: 'nothing to change' }
  const { add, change, replace, destroy } = summary.changes
  const parts = [`${add} to add`, `${change} to change`, `${replace} to replace`, `${destroy} to destroy`].filter(
    (part) => !part.startsWith('0 '),
  )
  if (imported.length > 0) parts.push(`${imported.length} found in AWS and imported`)
  return { outcome: 'checked', detail: parts.length > 0 ? parts.join(', ') : 'outputs change' }
}
