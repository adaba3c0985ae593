import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { isUntouched } from '../aws/leftovers/untouched.js'
import { UserError } from '../core/errors.js'
import type { Step, StepResult } from '../core/steps.js'
import { summarisePlan, type PlanJson } from '../terraform/plan.js'
import { existingFinder } from './existing-finder.js'
import { lastChange, wasCutShort } from './history.js'
import { makePlan, type Plan } from './planning.js'
import type { Prepared } from './preparation.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import { digestOf } from './terraform-run.js'

/** A step that makes the plan of a root against AWS, importing what exists but is not in the state. */
export function planStep(context: { run: Run; root: Root; platform: string; prepared: () => Prepared }, made: (plan: Plan) => void): Step {
  const { run, root, platform } = context
  return {
    id: 'plan',
    title: 'Plan',
    run: async (control) => {
      const { clients, terraform, state, nothingTagged } = context.prepared()
      const finder = existingFinder({ run, root, platform, clients })
      const { purpose } = run.record
      const cutShort = wasCutShort(await lastChange(run.journal, root.name, run.record.runId))
      const { cluster } = root
      // What environments share is partly settings of the account, which nothing tells the owner of.
      const isNew = async () =>
        nothingTagged &&
        cluster !== undefined &&
        !root.foreign &&
        isUntouched(clients, { platform, environment: root.name, clusterName: cluster })
      const plan = await makePlan({ run, terraform, state, finder, isNew, afterCutShort: cutShort && purpose === 'change' }, control)
      if (cutShort && purpose === 'look') {
        const message = `The last run was cut short. What it was making shows as replaced here; ${root.commands.apply} keeps what AWS has finished.`
        run.ports.report.emit({ type: 'info', message })
      }
      run.record.planDigest = plan.digest
      made(plan)
      return planResult(plan)
    },
  }
}

/** A step that reads a plan made earlier, and refuses it when it is not the one with this digest. */
export function savedPlanStep(
  context: { run: Run; root: Pick<Root, 'commands'>; prepared: () => Prepared; savedPlan: { file: string; digest?: string } },
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
          next: [context.root.commands.plan],
        })
      }
      const { terraform } = context.prepared()
      const json = await terraform.showPlan(file).catch((error: unknown) => {
        throw notAPlan(file, error, context.root)
      })
      await refuseOtherRoot(json, terraform.options.folder, context.root)
      const plan: Plan = { file, digest, imports: [], summary: summarisePlan(json) }
      context.run.record.planDigest = digest
      read(plan)
      return planResult(plan)
    },
  }
}

function notAPlan(file: string, error: unknown, { commands }: Pick<Root, 'commands'>): unknown {
  // Only Terraform's own answer says something of the file: it may as well have been killed.
  if (!(error instanceof UserError) || error.code !== 'ToolFailed' || error.details['call'] === undefined) return error
  return new UserError('BadFlag', `${file} is not a plan that this Terraform can read.`, {
    cause: error,
    ...(error.reason !== undefined && { reason: error.reason }),
    next: [`Make one: ${commands.plan}`],
    details: { file },
  })
}

/** Terraform takes the backend from the plan file: the plan of another root would change that one. */
async function refuseOtherRoot(plan: PlanJson, folder: string, { commands }: Pick<Root, 'commands'>): Promise<void> {
  const ours = JSON.parse(await readFile(path.join(folder, 'terraform.tfvars.json'), 'utf8')) as Record<string, unknown>
  const different = ['platform', 'environment', 'account_id', 'region'].filter((name) => plan.variables?.[name]?.value !== ours[name])
  if (different.length === 0) return
  throw new UserError('PlanChanged', 'The plan is for another environment. It was not applied.', {
    reason: different.map((name) => `${name}: ${String(plan.variables?.[name]?.value)} in the plan, ${String(ours[name])} here`).join('\n'),
    next: [commands.plan],
  })
}

/** The outcome of a plan in one line. */
export function planResult({ summary, imports }: Plan): StepResult {
  if (!summary.hasChanges) return { outcome: 'checked', detail: 'nothing to change' }
  const { add, change, replace, destroy } = summary.changes
  const parts = [`${add} to add`, `${change} to change`, `${replace} to replace`, `${destroy} to destroy`].filter(
    (part) => !part.startsWith('0 '),
  )
  if (imports.length > 0) parts.push(`${imports.length} found in AWS and imported`)
  return { outcome: 'checked', detail: parts.length > 0 ? parts.join(', ') : 'outputs change' }
}
