import { emptyBlockers, findBlockers } from '../aws/leftovers/blockers.js'
import { findLeftovers, type Leftovers, type Orphan, type Retained } from '../aws/leftovers/leftovers.js'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { runSteps, type Step, type StepControl, type StepResult } from '../core/steps.js'
import { adoptLostResources } from './adoption.js'
import { applyPlan } from './applying.js'
import { confirmByName, refuseWrongName, reportPlan } from './confirmation.js'
import { lastChange, wasCutShort } from './history.js'
import { findKeptKeys, type KeptKey } from './kept-keys.js'
import { makePlan, type Plan } from './planning.js'
import { planResult } from './plan-step.js'
import { preparation, type Prepared } from './preparation.js'
import { protectionStep } from './protection.js'
import { withRun, type Run } from './run.js'
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

/** What was found before anybody is asked. */
interface Findings {
  plan: Plan
  keptKeys: KeptKey[]
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
  const scope = { platform: context.project.platform.name, environment: name, clusterName: environment.cluster.name }
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: `env destroy ${name}`, purpose: 'change' },
    async (run) => {
      const { prepared, findings } = await prepare(context, run, environment, scope)
      if (findings.plan.summary.hasChanges) {
        reportPlan(run.ports, name, findings.plan)
        await warnAboutLosses(run, prepared, scope, findings.keptKeys)
        await confirmByName(run.ports, name, options.confirm)
      }
      const proof = await destroy(run, environment, prepared, scope, findings)
      const result: DestroyResult = { environment: name, destroyed: proof.orphans.length === 0, ...proof }
      if (proof.orphans.length > 0) throw orphansLeft(result)
      return result
    },
  )
}

type Scope = Parameters<typeof emptyBlockers>[1]

async function prepare(
  context: EnvironmentContext,
  run: Run,
  environment: Environment,
  scope: Scope,
): Promise<{ prepared: Prepared; findings: Findings }> {
  const cutShort = wasCutShort(await lastChange(run.journal, run.record.environment, run.record.runId))
  const { steps, prepared } = preparation(context, run, environment)
  let keptKeys: KeptKey[] = []
  let plan: Plan | undefined
  await runSteps(run.ports, `Preparing to destroy ${environment.name}`, [
    ...steps,
    ...(cutShort ? [adoptLostResources({ run, environment, platform: scope.platform, prepared })] : []),
    {
      id: 'kept-keys',
      title: 'Keys still needed',
      run: async () => {
        const { terraform, clients } = prepared()
        keptKeys = await findKeptKeys(terraform, clients, scope)
        return { outcome: 'checked', detail: keptKeys.length === 0 ? 'none' : keptKeys.map(({ address }) => address).join(', ') }
      },
    },
    {
      id: 'plan',
      title: 'Plan of the destruction',
      run: async (control) => {
        plan = await planDestruction(run, prepared(), control)
        return planResult(plan)
      },
    },
  ])
  if (!plan) throw new Error('no plan was made')
  return { prepared: prepared(), findings: { plan, keptKeys } }
}

function planDestruction(run: Run, { terraform, state }: Prepared, control: StepControl): Promise<Plan> {
  return makePlan({ run, terraform, state, destroy: true }, control)
}

async function warnAboutLosses(run: Run, { clients }: Prepared, scope: Scope, keptKeys: readonly KeptKey[]): Promise<void> {
  const volumes = (await findBlockers(clients, scope)).filter(({ holdsData }) => holdsData)
  for (const { arn } of volumes) {
    run.ports.report.emit({ type: 'warning', message: `${arn} was made by the cluster, holds data and will be deleted too.` })
  }
  for (const { address, reason } of keptKeys) run.ports.report.emit({ type: 'warning', message: `${address} is kept: ${reason}` })
}

async function destroy(run: Run, environment: Environment, prepared: Prepared, scope: Scope, findings: Findings): Promise<Leftovers> {
  const { terraform, clients, state } = prepared
  const { keptKeys } = findings
  let { plan } = findings
  let proof: Leftovers = { orphans: [], retained: [] }
  const emptyOut = async (): Promise<StepResult> => {
    const removed = await emptyBlockers(clients, scope, run.ports)
    return removed.length === 0 ? { outcome: 'unchanged', detail: 'none' } : { outcome: 'done', detail: `removed ${removed.length}` }
  }
  const steps: Step[] = [
    protectionStep(environment, () => clients, false),
    { id: 'blockers', title: 'What would block it', run: emptyOut },
    ...(keptKeys.length === 0
      ? []
      : [
          {
            id: 'keep',
            title: 'Taking the kept keys out of the state',
            run: async (control: StepControl) => {
              await terraform.stateRemove(keptKeys.map(({ address }) => address))
              plan = await planDestruction(run, prepared, control)
            },
          },
        ]),
    {
      id: 'apply',
      title: 'Destroy',
      isDone: async () => !plan.summary.hasChanges && 'nothing in the state',
      run: (control) => applyPlan({ run, terraform, plan, state }, control),
    },
    // Volumes and interfaces of nodes only become free when the nodes are gone.
    { id: 'leavings', title: 'What the cluster left', run: emptyOut },
    {
      id: 'proof',
      title: 'Proof that nothing is left',
      run: async () => {
        proof = await findLeftovers(clients, { ...scope, keptKeys }, run.ports)
        return { outcome: 'checked', detail: `${proof.orphans.length} left, ${proof.retained.length} kept by AWS for a while` }
      },
    },
  ]
  await runSteps(run.ports, `Destroying ${environment.name}`, steps)
  return proof
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
