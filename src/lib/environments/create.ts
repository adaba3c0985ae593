import { runSteps } from '../core/steps.js'
import { applyPlan, refuseDataLoss, startApplying } from './applying.js'
import { confirmPlan, reportPlan } from './confirmation.js'
import { lastChange, wasCutShort } from './history.js'
import { warnAboutEndpoint } from './endpoint-warning.js'
import type { Plan } from './planning.js'
import { planStep, savedPlanStep } from './plan-step.js'
import { preparation } from './preparation.js'
import { protectionStep } from './protection.js'
import { withRun } from './run.js'
import { environmentOf } from './selection.js'
import { verifyEnvironment } from './verification.js'
import type { EnvironmentContext } from './wiring.js'

export interface CreateOptions {
  name: string
  /** What the journal and messages call it. */
  command: 'env create' | 'env apply'
  yes: boolean
  /** False: return as soon as Terraform is at work. */
  wait: boolean
  /** A plan made by `env plan`, to be applied instead of a new one. */
  savedPlan?: { file: string; digest?: string }
  /** Addresses that hold data and may be destroyed or replaced all the same. */
  allowReplace: readonly string[]
}

export interface CreateResult {
  environment: string
  /** `started` only with `wait: false`: the next run waits for the end and checks it. */
  status: 'created' | 'updated' | 'unchanged' | 'resumed' | 'started'
  runId: string
  changes: { add: number; change: number; destroy: number }
  outputs: Record<string, unknown>
  durationMs: number
}

/**
 * Brings an environment to what its file says. Safe to repeat: a second run changes nothing, and a run that was cut short
 * is finished by the next one.
 */
export async function createEnvironment(context: EnvironmentContext, options: CreateOptions): Promise<CreateResult> {
  const environment = environmentOf(context.project, options.name)
  const { name } = environment
  const startedAt = context.ports.clock.now().getTime()
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: `${options.command} ${name}`, purpose: 'change' },
    async (run) => {
      const resumed = wasCutShort(await lastChange(run.journal, run.record.environment, run.record.runId))
      const { steps, prepared } = preparation(context, run, environment)
      warnAboutEndpoint(context, environment)

      let plan: Plan | undefined
      const planning = options.savedPlan
        ? savedPlanStep({ run, prepared, savedPlan: options.savedPlan }, (made) => (plan = made))
        : planStep({ run, environment, platform: context.project.platform.name, prepared }, (made) => (plan = made))
      await runSteps(run.ports, `Preparing ${name}`, [...steps, planning])
      if (!plan) throw new Error('no plan was made')
      const confirmed: Plan = plan
      const { terraform, clients, state } = prepared()

      if (confirmed.summary.hasChanges) {
        reportPlan(run.ports, name, confirmed)
        refuseDataLoss(confirmed.summary, options.allowReplace)
        await confirmPlan(run.ports, { yes: options.yes, question: `Apply this plan to ${name}?` })
      }

      const result = { environment: name, runId: run.record.runId }
      const took = (): number => context.ports.clock.now().getTime() - startedAt
      if (!options.wait && confirmed.summary.hasChanges) {
        await startApplying({ run, terraform, plan: confirmed })
        return { ...result, status: 'started', changes: { add: 0, change: 0, destroy: 0 }, outputs: {}, durationMs: took() }
      }

      let outputs: Record<string, unknown> = {}
      const { changed } = await runSteps(run.ports, confirmed.summary.hasChanges ? `Applying to ${name}` : `Checking ${name}`, [
        {
          id: 'apply',
          title: 'Apply',
          isDone: async () => !confirmed.summary.hasChanges && 'nothing to change',
          run: (control) => applyPlan({ run, terraform, plan: confirmed, state }, control),
        },
        protectionStep(environment, () => clients),
        {
          id: 'verify',
          title: 'Verification',
          run: async () => {
            outputs = await terraform.outputs()
            return { outcome: 'checked', detail: await verifyEnvironment(environment, clients, outputs) }
          },
        },
      ])
      return {
        ...result,
        status: statusOf({ changed, resumed, isNew: confirmed.summary.isNew }),
        changes: run.record.changes ?? { add: 0, change: 0, destroy: 0 },
        outputs,
        durationMs: took(),
      }
    },
  )
}

function statusOf(facts: { changed: boolean; resumed: boolean; isNew: boolean }): CreateResult['status'] {
  if (facts.resumed) return 'resumed'
  if (!facts.changed) return 'unchanged'
  return facts.isNew ? 'created' : 'updated'
}
