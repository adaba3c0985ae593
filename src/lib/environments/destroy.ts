import { UserError } from '../core/errors.js'
import { runSteps, type Step } from '../core/steps.js'
import { emptyBlockers } from '../aws/leftovers/blockers.js'
import { findLeftovers, type Orphan, type Retained } from '../aws/leftovers/leftovers.js'
import { keysStillNeeded } from '../aws/leftovers/keys-still-needed.js'
import type { Environment } from '../config/project.js'
import { applyPlan } from './applying.js'
import { confirmByName, refuseWrongName, reportPlan } from './confirmation.js'
import { lastChangeWasCutShort } from './earlier-run.js'
import type { Plan } from './planning.js'
import { makePlan } from './planning.js'
import { planResult } from './plan-step.js'
import { preparation } from './preparation.js'
import { protectionStep } from './protection.js'
import { adoptLostResources } from './adoption.js'
import { withRun } from './run.js'
import { environmentOf } from './selection.js'
import type { EnvironmentContext } from './wiring.js'

export interface DestroyOptions {
  name: string
  /** The environment's name, typed by the caller. */
  confirm?: string
}

export interface DestroyResult {
  environment: string
  destroyed: boolean
  orphans: Orphan[]
  retained: Retained[]
}

/**
 * Destroys an environment and proves that nothing is left in the account. Running it again after an interruption finishes it.
 * @throws `ProtectionOn`, `NotConfirmed`, `OrphansLeft` (with what is left), and what Terraform says.
 */
export async function destroyEnvironment(context: EnvironmentContext, options: DestroyOptions): Promise<DestroyResult> {
  const environment = environmentOf(context.project, options.name)
  const { name } = environment
  refuseProtected(environment)
  refuseWrongName(context.ports, name, options.confirm)
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: `env destroy ${name}` },
    async (run) => {
      const cutShort = await lastChangeWasCutShort(run)
      const platform = context.project.platform.name
      const { steps, prepared } = preparation(context, run, environment)
      const identity = { platform, environment: name, clusterName: environment.cluster.name }
      let plan: Plan | undefined
      const keptKeys: Array<{ arn: string; reason: string }> = []

      await runSteps(run.ports, `Preparing to destroy ${name}`, [
        ...steps,
        ...(cutShort ? [adoptLostResources({ run, environment, platform, prepared })] : []),
        {
          id: 'kept-keys',
          title: 'Keys still needed',
          run: async () => {
            const { terraform, clients } = prepared()
            const keys = await terraform.stateResources('aws_kms_key')
            const needed = await keysStillNeeded(
              clients,
              keys.map(({ values }) => String(values['arn'])),
              identity,
            )
            const kept = keys.filter(({ values }) => needed.has(String(values['arn'])))
            await terraform.stateRemove(kept.map(({ address }) => address))
            for (const [arn, reason] of needed) keptKeys.push({ arn, reason })
            return kept.length === 0 ? { outcome: 'unchanged', detail: 'none' } : { outcome: 'done', detail: `kept ${kept.length}` }
          },
        },
        {
          id: 'plan',
          title: 'Plan of the destruction',
          run: async (control) => {
            const { terraform, state } = prepared()
            plan = await makePlan({ run, terraform, state, destroy: true }, control)
            return planResult(plan)
          },
        },
      ])
      if (!plan) throw new Error('no plan was made')
      const confirmed: Plan = plan
      const { terraform, clients, state } = prepared()
      if (confirmed.summary.hasChanges) {
        reportPlan(run.ports, name, confirmed)
        await confirmByName(run.ports, name, options.confirm)
      }

      let proof: { orphans: Orphan[]; retained: Retained[] } = { orphans: [], retained: [] }
      const work: Step[] = [
        protectionStep(environment, () => clients, false),
        {
          id: 'blockers',
          title: 'What would block it',
          run: async () => {
            const removed = await emptyBlockers(clients, identity, run.ports)
            return removed.length === 0
              ? { outcome: 'unchanged', detail: 'none' }
              : { outcome: 'done', detail: `removed ${removed.length}` }
          },
        },
        {
          id: 'apply',
          title: 'Destroy',
          isDone: async () => !confirmed.summary.hasChanges && 'nothing in the state',
          run: (control) => applyPlan({ run, terraform, plan: confirmed, state }, control),
        },
        {
          id: 'proof',
          title: 'Proof that nothing is left',
          run: async () => {
            proof = await findLeftovers(clients, { ...identity, keptKeys }, run.ports)
            return { outcome: 'checked', detail: `${proof.orphans.length} left, ${proof.retained.length} kept by AWS for a while` }
          },
        },
      ]
      await runSteps(run.ports, `Destroying ${name}`, work)
      const result: DestroyResult = { environment: name, destroyed: proof.orphans.length === 0, ...proof }
      if (proof.orphans.length > 0) throw orphansLeft(result)
      return result
    },
  )
}

function refuseProtected(environment: Environment): void {
  if (!environment.protection) return
  throw new UserError('ProtectionOn', `Environment ${environment.name} is protected. Nothing was changed.`, {
    next: [`Set "protection: false" in environments/${environment.name}.yaml and commit it, then run the command again.`],
  })
}

function orphansLeft(result: DestroyResult): UserError {
  return new UserError('OrphansLeft', `${result.orphans.length} resources of ${result.environment} are still in the account.`, {
    reason: result.orphans.map(({ arn, reason }) => `${arn}: ${reason}`).join('\n'),
    next: [
      'Run the same command again: what AWS was slow to remove is gone by then.',
      'Remove what is left by hand, then run the command again as the proof.',
    ],
    details: { ...result },
  })
}
