import type { RootContext } from '../roots/context.js'
import { confirmPlan, reportPlan } from '../roots/confirmation.js'
import type { Plan } from '../roots/planning.js'
import { planWithState } from '../roots/plan-with-state.js'
import { planResult } from '../roots/plan-step.js'
import { preflightSteps, type Preflight } from '../roots/preflight.js'
import { preparation } from '../roots/preparation.js'
import type { Root } from '../roots/root.js'
import { withRun, type Run } from '../roots/run.js'
import { rootOf } from '../roots/select.js'
import { stateBucketOf } from '../roots/value-files.js'
import { summariseState } from '../aws/state-document.js'
import { readStateText } from '../aws/state-object.js'
import { readStateVersion } from '../aws/state-versions.js'
import { UserError } from '../core/errors.js'
import { runSteps, type Step } from '../core/steps.js'
import type { PlannedResource } from '../terraform/plan.js'
import { replaceState } from './replace-state.js'

export interface RestoreOptions {
  root: string
  versionId: string
  yes: boolean
  dryRun: boolean
}

export interface RestoreResult {
  root: string
  status: 'restored' | 'unchanged' | 'planned'
  versionId: string
  /** Serial of the state in the bucket afterwards; of the version for a dry run. */
  serial: number
  resources: number
  /** What a plan with this state would do. */
  changes: { add: number; change: number; destroy: number; replace: number; import: number }
  planned: Array<Pick<PlannedResource, 'address' | 'actions' | 'imported' | 'holdsData'>>
}

/**
 * Makes an earlier version of a root's state the state again, under a new serial. Shows first what a plan with it would do.
 * The versions in between stay in the bucket, and nothing but the state is changed.
 * @throws `StateVersionNotFound`, `StateUnreadable`, `StateLocked`, `StateConflict`, `NotConfirmed`, `ConfirmationNeeded`
 */
export async function restoreState(context: RootContext, options: RestoreOptions): Promise<RestoreResult> {
  const { project, ports } = context
  const root = rootOf(project, options.root)
  const command = `state restore ${root.name} --version ${options.versionId}`
  const purpose = options.dryRun ? 'look' : 'state'
  return withRun(ports, { repository: project.directory, environment: root.name, command, purpose }, async (run) => {
    const { text, plan, preflight, current } = await prepare(context, run, root, options)
    const { serial = 0, resources } = summariseState(text)
    const result = { root: root.name, versionId: options.versionId, resources, ...planFacts(plan) }
    if (current === text) return { ...result, status: 'unchanged', serial }
    if (options.dryRun) return { ...result, status: 'planned', serial }
    reportPlan(run.ports, root.name, plan)
    const question = `Make this version (serial ${serial}, ${resources} resources) the state of ${root.name}? The plan above is not applied.`
    await confirmPlan(run.ports, { yes: options.yes, question })
    const state = { clients: preflight.clients, bucket: stateBucketOf(project, root), key: root.stateKey, folder: root.folder }
    let restored = serial
    await runSteps(run.ports, `Restoring the state of ${root.name}`, [
      {
        id: 'restore',
        title: 'State',
        run: async () => {
          restored = await replaceState(run, { state, terraform: preflight.terraform, text, instead: current })
          return { outcome: 'done', detail: `serial ${restored}, ${resources} resources` }
        },
      },
    ])
    return { ...result, status: 'restored', serial: restored }
  })
}

interface Findings {
  text: string
  /** The state of now. */
  current: string | undefined
  plan: Plan
  preflight: Preflight
}

async function prepare(context: RootContext, run: Run, root: Root, { versionId, dryRun }: RestoreOptions): Promise<Findings> {
  let preflight: Preflight | undefined
  let text: string | undefined
  let current: string | undefined
  let plan: Plan | undefined
  const ready = (): Preflight => {
    if (!preflight) throw new Error('the checks have not run')
    return preflight
  }
  const checks = preflightSteps({ ...context, ports: run.ports }, root, (found) => (preflight = found))
  const whole = preparation(context, run, root, { ignoreState: true })
  const steps: Step[] = [
    ...(dryRun ? checks : whole.steps),
    {
      id: 'version',
      title: 'Version of the state',
      run: async () => {
        preflight ??= whole.prepared()
        const place = { bucket: stateBucketOf(context.project, root), key: root.stateKey }
        text = await readVersion(root.name, await readStateVersion(preflight.clients, place, versionId), versionId)
        current = await readStateText(preflight.clients, place)
        const { serial, resources } = summariseState(text)
        return { outcome: 'checked', detail: `serial ${serial}, ${resources} resources` }
      },
    },
    {
      id: 'plan',
      title: 'Plan with this state',
      run: async (control) => {
        plan = await planWithState(context, { run, root, preflight: ready(), text: text ?? '' }, control)
        return planResult(plan)
      },
    },
  ]
  await runSteps(run.ports, `Looking at the state of ${root.name}`, steps)
  if (text === undefined || !plan) throw new Error('no plan was made')
  return { text, current, plan, preflight: ready() }
}

async function readVersion(root: string, text: string | undefined, versionId: string): Promise<string> {
  if (text === undefined) {
    throw new UserError('StateVersionNotFound', `The state of ${root} has no version ${JSON.stringify(versionId)}.`, {
      next: [`platform state history ${root}`],
      details: { root, versionId },
    })
  }
  if (!summariseState(text).unreadable) return text
  throw new UserError('StateUnreadable', `Version ${versionId} of the state of ${root} is not a Terraform state. Nothing was changed.`, {
    next: [`Choose another one: platform state history ${root}`],
    details: { root, versionId },
  })
}

function planFacts({ summary }: Plan): Pick<RestoreResult, 'changes' | 'planned'> {
  return {
    changes: summary.changes,
    planned: summary.resources.map(({ address, actions, imported, holdsData }) => ({ address, actions, imported, holdsData })),
  }
}
