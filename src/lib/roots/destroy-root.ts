import type { ImportBlock } from '../aws/existing/plan-imports.js'
import { emptyBlockers, findBlockers, type Blocker } from '../aws/leftovers/blockers.js'
import type { LeftoverScope } from '../aws/leftovers/found.js'
import { findLeftovers, type Leftovers, type Orphan, type Retained } from '../aws/leftovers/leftovers.js'
import { UserError } from '../core/errors.js'
import { runSteps, type Step, type StepControl, type StepResult } from '../core/steps.js'
import { adoptLostResources, findLostResources } from './adoption.js'
import { applyPlan, startApplying } from './applying.js'
import { confirmByName, refuseWrongName, reportPlan } from './confirmation.js'
import type { RootContext } from './context.js'
import { scopeOfDestruction } from './destroy-scope.js'
import { findKept, keptInWords, type Kept } from './kept-resources.js'
import { makePlan, withoutForeign, type Plan } from './planning.js'
import { withoutProgram } from './plan-root.js'
import { planResult } from './plan-step.js'
import { preparation, type Prepared } from './preparation.js'
import { protectionStep, unprotectStep } from './protection.js'
import type { Root } from './root.js'
import { withRun, type Run } from './run.js'

export interface DestroyOptions {
  /** The root's name, typed by the caller. */
  confirm?: string
  /** False: return as soon as Terraform is at work; the same command finishes and proves it. */
  wait: boolean
  /** What platform did not make is destroyed too. Default: it is forgotten, and stays as it is. */
  deleteForeign?: boolean
  /** What has to happen in the cluster, after the confirmation and before anything in AWS goes. Each step finishes what a cut left. */
  inCluster?: () => Promise<readonly Step[]>
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
  kept: Kept
  /** What the cluster made beside Terraform. */
  blockers: Blocker[]
}

/**
 * Destroys a root and proves that nothing is left in the account. Running it again after an interruption finishes it.
 * @throws `ProtectionOn`, `NotConfirmed`, `OrphansLeft` (with what is left), and what Terraform says.
 */
export async function destroyRoot(context: RootContext, root: Root, options: DestroyOptions): Promise<DestroyResult> {
  const { name } = root
  refuseProtected(root)
  refuseWrongName(context.ports, name, options.confirm)
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: withoutProgram(root.commands.destroy), purpose: 'change' },
    async (run) => {
      const forgotten = options.deleteForeign === true ? undefined : root.foreign
      const { prepared, scope, findings } = await prepare(context, run, root, forgotten)
      const { plan, kept, blockers } = findings
      if (plan.summary.hasChanges || kept.lost.length + kept.foreign.length > 0 || blockers.length > 0) {
        reportPlan(run.ports, name, plan)
        reportBeside(run, findings)
        // A sandbox has none of these services.
        if (context.target.kind === 'aws') reportNotLookedAt(run, findings)
        await confirmByName(run.ports, name, options.confirm)
      }
      const proof = await destroy(run, root, prepared, scope, findings, options)
      if (!proof) return { environment: name, destroyed: false, orphans: [], retained: [] }
      const result: DestroyResult = { environment: name, destroyed: proof.orphans.length === 0, ...proof }
      if (proof.orphans.length > 0) throw orphansLeft(result)
      return result
    },
  )
}

/** @param forgotten what platform did not make, and is not destroyed with the root. */
async function prepare(
  context: RootContext,
  run: Run,
  root: Root,
  forgotten: Root['foreign'],
): Promise<{ prepared: Prepared; scope: LeftoverScope; findings: Findings }> {
  const { name } = root
  const platform = context.project.platform.name
  const { steps, prepared } = preparation(context, run, root, { adopt: true })
  let scope = scopeOfDestruction(platform, root, forgotten)
  let plan: Plan | undefined
  let lost: ImportBlock[] = []
  const found: Omit<Findings, 'plan'> = { kept: { keys: [], addresses: [], foreign: [], lost: [], notLookedAt: [] }, blockers: [] }
  await runSteps(run.ports, `Preparing to destroy ${name}`, [
    ...steps,
    {
      id: 'lost',
      title: 'What the state lost',
      run: async (control) => {
        lost = await findLostResources({ run, root, platform, prepared: prepared(), forget: forgotten !== undefined }, control)
        return { outcome: 'checked', detail: lost.length === 0 ? 'nothing' : `${lost.length} found in AWS` }
      },
    },
    {
      id: 'kept',
      title: 'What has to be kept',
      run: async () => {
        const { terraform, clients } = prepared()
        const vpcId = (await terraform.outputs())['vpc_id']
        // The network of a cluster that stays is somebody else's.
        if (typeof vpcId === 'string' && !root.foreign) scope = { ...scope, vpcId }
        found.kept = await findKept(terraform, clients, scope, lost, forgotten)
        const { keys, records } = found.kept
        const foreign = found.kept.foreign.length === 0 ? [] : [`${found.kept.foreign.length} that platform did not make`]
        const names = [...foreign, ...keys.map(({ address }) => address), ...(records ? [records.bucket] : [])]
        return { outcome: 'checked', detail: names.length === 0 ? 'nothing' : names.join(', ') }
      },
    },
    {
      id: 'beside',
      title: 'What the cluster made',
      run: async () => {
        found.blockers = await findBlockers(prepared().clients, scope)
        return { outcome: 'checked', detail: found.blockers.length === 0 ? 'nothing' : `${found.blockers.length} to remove` }
      },
    },
    {
      id: 'plan',
      title: 'Plan of the destruction',
      run: async (control) => {
        plan = withoutForeign(await planDestruction(run, prepared(), control), forgotten)
        return planResult(plan)
      },
    },
  ])
  if (!plan) throw new Error('no plan was made')
  return { prepared: prepared(), scope, findings: { ...found, plan } }
}

function planDestruction(run: Run, { terraform, state }: Prepared, control: StepControl): Promise<Plan> {
  return makePlan({ run, terraform, state, destroy: true }, control)
}

/** Names what is destroyed, or kept, beside the plan. */
function reportBeside({ ports }: Run, { kept, blockers }: Findings): void {
  const warn = (message: string): void => ports.report.emit({ type: 'warning', message })
  for (const { to, id } of kept.lost) warn(`${to} (${id}) is missing in the state, and will be destroyed too.`)
  for (const { arn, holdsData } of blockers)
    warn(`${arn} was made by the cluster${holdsData ? ', holds data' : ''}, and will be deleted too.`)
  keptInWords(kept).forEach(warn)
}

function reportNotLookedAt({ ports }: Run, { kept: { notLookedAt } }: Findings): void {
  if (notLookedAt.length === 0) return
  const message = `The keys are deleted with the environment. Not checked whether these still need them: ${notLookedAt.join(', ')}.`
  ports.report.emit({ type: 'warning', message })
}

/** @returns undefined when Terraform was left at work. */
async function destroy(
  run: Run,
  root: Root,
  prepared: Prepared,
  scope: LeftoverScope,
  findings: Findings,
  options: DestroyOptions,
): Promise<Leftovers | undefined> {
  const { terraform, clients, state } = prepared
  const { keys: keptKeys, lost, addresses, foreign } = findings.kept
  const { wait, inCluster } = options
  const title = `Destroying ${root.name}`
  let { plan } = findings
  let proof: Leftovers = { orphans: [], retained: [] }
  const emptyOut = async (): Promise<StepResult> => {
    const removed = await emptyBlockers(clients, scope, run.ports)
    return removed.length === 0 ? { outcome: 'unchanged', detail: 'none' } : { outcome: 'done', detail: `removed ${removed.length}` }
  }
  const correctState: Step = {
    id: 'state',
    title: 'State',
    isDone: async () => lost.length + addresses.length + foreign.length === 0,
    run: async (control) => {
      if (lost.length > 0) await adoptLostResources({ run, prepared, lost }, control)
      await terraform.stateRemove([...addresses, ...foreign])
      // With a refresh, although the first plan had one: what it read is in its file and not in the state, and a person was asked since.
      plan = await planDestruction(run, prepared, control)
      return { outcome: 'done', detail: `${lost.length} imported, ${addresses.length + foreign.length} kept` }
    },
  }
  const before = [
    ...((await inCluster?.()) ?? []),
    ...(root.cluster === undefined || (root.foreign && options.deleteForeign !== true)
      ? []
      : [protectionStep(root.cluster, false, () => clients)]),
    { id: 'blockers', title: 'What would block it', run: emptyOut },
    correctState,
    // After the state: what was lost is in it again by now.
    unprotectStep(run.ports, terraform, clients),
  ]
  if (!wait) {
    await runSteps(run.ports, title, before)
    if (plan.summary.hasChanges) await startApplying({ run, terraform, plan })
    return undefined
  }
  await runSteps(run.ports, title, [
    ...before,
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
  ])
  return proof
}

/** @throws `ProtectionOn` */
export function refuseProtected({ name, protection, unprotect }: Root): void {
  if (!protection) return
  throw new UserError('ProtectionOn', `${name} is protected. Nothing was changed.`, {
    next: [`${unprotect}, then run the command again.`],
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
