import { stateOutputs } from '../aws/state-object.js'
import { runSteps, type Step } from '../core/steps.js'
import type { PlanSummary } from '../terraform/plan.js'
import { appliedCommit } from './applied-commit.js'
import { applyPlan, refuseDataLoss, startApplying } from './applying.js'
import { confirmPlan, reportPlan } from './confirmation.js'
import type { RootContext } from './context.js'
import { lastChange, wasCutShort } from './history.js'
import type { Plan } from './planning.js'
import { planStep, savedPlanStep } from './plan-step.js'
import { preparation, type Prepared } from './preparation.js'
import { protectionStep } from './protection.js'
import type { Root } from './root.js'
import { withRun } from './run.js'

export interface ApplyOptions {
  /** What the journal and messages call it. */
  command: string
  yes: boolean
  /** False: return as soon as Terraform is at work. */
  wait: boolean
  /** A plan made earlier, to be applied instead of a new one. */
  savedPlan?: { file: string; digest?: string }
  /** Addresses that hold data and may be destroyed or replaced all the same. */
  allowReplace: readonly string[]
  /** Asks whether to go on, in another way than for this root alone. @throws `NotConfirmed`, `ConfirmationNeeded` */
  confirm?: () => Promise<void>
  /** Imports what exists when the state is empty or gone. */
  adopt?: boolean
  /** Puts files in their place once nobody else is at work on the root, before anything of it is read. */
  begin?: () => Promise<void>
  /** Looks at the plan before anybody is asked. @throws what it does not like */
  judge?: (summary: PlanSummary) => void
  /** Reads back from AWS what the root promises. @returns what was found, in words. @throws `VerifyFailed` */
  verify?: (prepared: Prepared, outputs: Record<string, unknown>) => Promise<string>
}

export interface ApplyResult {
  environment: string
  /** `started` only with `wait: false`: the next run waits for the end and checks it. */
  status: 'created' | 'updated' | 'unchanged' | 'resumed' | 'started'
  runId: string
  changes: { add: number; change: number; destroy: number }
  outputs: Record<string, unknown>
  durationMs: number
}

/**
 * Brings a root to what its configuration says. Safe to repeat: a second run changes nothing, and a run that was cut short
 * is finished by the next one.
 */
export async function applyRoot(context: RootContext, root: Root, options: ApplyOptions): Promise<ApplyResult> {
  const { name } = root
  const startedAt = context.ports.clock.now().getTime()
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: options.command, purpose: 'change' },
    async (run) => {
      await options.begin?.()
      const resumed = wasCutShort(await lastChange(run.journal, run.record.environment, run.record.runId))
      const { steps, prepared } = preparation(context, run, root, { adopt: options.adopt === true })

      let plan: Plan | undefined
      const planning = options.savedPlan
        ? savedPlanStep({ run, root, prepared, savedPlan: options.savedPlan }, (made) => (plan = made))
        : planStep({ run, root, platform: context.project.platform.name, prepared }, (made) => (plan = made))
      await runSteps(run.ports, `Preparing ${name}`, [...steps, planning])
      if (!plan) throw new Error('no plan was made')
      const confirmed: Plan = plan
      const { terraform, clients, state } = prepared()
      const { hasChanges, isNew } = confirmed.summary

      if (hasChanges) {
        reportPlan(run.ports, name, confirmed)
        options.judge?.(confirmed.summary)
        refuseDataLoss(confirmed.summary, options.allowReplace)
        await (options.confirm?.() ?? confirmPlan(run.ports, { yes: options.yes, question: `Apply this plan to ${name}?` }))
      }

      const result = { environment: name, runId: run.record.runId }
      const took = (): number => context.ports.clock.now().getTime() - startedAt
      if (!options.wait && hasChanges) {
        await startApplying({ run, terraform, plan: confirmed })
        return { ...result, status: 'started', changes: { add: 0, change: 0, destroy: 0 }, outputs: {}, durationMs: took() }
      }

      let outputs: Record<string, unknown> = {}
      const { verify } = options
      const applying: Step[] = [
        {
          id: 'apply',
          title: 'Apply',
          isDone: async () => !hasChanges && 'nothing to change',
          run: (control) => applyPlan({ run, terraform, plan: confirmed, state }, control),
        },
        ...(root.cluster === undefined ? [] : [protectionStep(root.cluster, root.protection, () => clients)]),
        {
          id: 'verify',
          title: 'Verification',
          run: async () => {
            // `terraform output` reads the same object, a second later.
            outputs = await stateOutputs(clients, state)
            return { outcome: 'checked', detail: verify ? await verify(prepared(), outputs) : `${Object.keys(outputs).length} outputs` }
          },
        },
      ]
      const commit = await appliedCommit(run.ports, context.project.directory, root)
      if (commit !== undefined) run.record.commit = commit
      const { changed } = await runSteps(run.ports, hasChanges ? `Applying to ${name}` : `Checking ${name}`, applying)
      return {
        ...result,
        status: statusOf({ changed, resumed, isNew }),
        changes: run.record.changes ?? { add: 0, change: 0, destroy: 0 },
        outputs,
        durationMs: took(),
      }
    },
  )
}

function statusOf(facts: { changed: boolean; resumed: boolean; isNew: boolean }): ApplyResult['status'] {
  if (facts.resumed) return 'resumed'
  if (!facts.changed) return 'unchanged'
  return facts.isNew ? 'created' : 'updated'
}
