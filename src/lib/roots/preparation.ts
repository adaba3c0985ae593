import { createStateBucket } from '../aws/state-bucket.js'
import type { Step } from '../core/steps.js'
import { vendorRoot } from '../templates/vendor.js'
import type { RootContext } from './context.js'
import { reportLeftOut } from './declared-variables.js'
import { finishEarlierRuns } from './earlier-run.js'
import { pushErroredState } from './errored-state.js'
import { initialise } from './initialisation.js'
import { preflightSteps, type Preflight } from './preflight.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import { refuseMissingState } from './state-guard.js'
import { clearStaleLock } from './state-lock.js'
import type { StateAccess } from './terraform-run.js'
import { readUpstream, reportPending } from './upstream.js'
import { stateBucketOf, writeValues } from './value-files.js'

/** A root whose Terraform can plan and apply. */
export interface Prepared extends Preflight {
  state: StateAccess
  /** The state is empty, no run was cut short, and nothing in the account carries the tags of the root. */
  nothingTagged: boolean
}

export interface PreparationOptions {
  /** An empty state is right although the account has resources of the root: they are imported, or destroyed. */
  adopt?: boolean
  /** The state is about to be replaced: it is neither completed nor judged. */
  ignoreState?: boolean
}

/**
 * The steps up to the first plan: checks, files, state bucket, earlier runs, initialisation.
 * Only local files and the state bucket are written. `prepared` may be called once they have run.
 */
export function preparation(
  context: RootContext,
  run: Run,
  root: Root,
  options: PreparationOptions = {},
): { steps: Step[]; prepared: () => Prepared } {
  const { project } = context
  const bucket = { platform: project.platform.name, accountId: root.account.id, region: root.region }
  let preflight: Preflight | undefined
  let nothingTagged = false
  const prepared = (): Prepared => {
    if (!preflight) throw new Error('the checks have not run')
    return {
      ...preflight,
      nothingTagged,
      state: { clients: preflight.clients, bucket: stateBucketOf(project, root), key: root.stateKey, folder: root.folder },
    }
  }
  const steps: Step[] = [
    ...preflightSteps({ ...context, ports: run.ports }, root, (found) => (preflight = found)),
    { id: 'earlier-run', title: 'Earlier runs', run: (control) => finishEarlierRuns(run, control) },
    {
      id: 'files',
      title: 'Terraform files',
      run: async () => {
        const vendored = await vendorRoot(project.directory, { folder: root.folder, root: root.template })
        const outputs = await readUpstream(context, root)
        reportPending(run, root, outputs)
        const { changed, leftOut } = await writeValues(project, root, outputs, project.directory)
        reportLeftOut(run.ports, root, leftOut)
        if (vendored.edited.length > 0)
          run.ports.report.emit({ type: 'info', message: `Kept as you edited them: ${vendored.edited.join(', ')}` })
        const written = vendored.written.length + changed.length
        if (written > 0) return { outcome: 'done', detail: `${written} written` }
        // Only in a repository of version 0.1.0, which kept no pristine texts.
        return vendored.copies.length > 0 ? { outcome: 'done', detail: 'pristine texts kept' } : { outcome: 'unchanged' }
      },
    },
    {
      id: 'backend',
      title: 'State bucket',
      run: async () => {
        const { created, repaired } = await createStateBucket(prepared().clients, bucket, run.ports)
        if (created) return { outcome: 'done', detail: `created ${prepared().state.bucket}` }
        return repaired.length > 0 ? { outcome: 'done', detail: `repaired ${repaired.join(', ')}` } : { outcome: 'unchanged' }
      },
    },
    { id: 'lock', title: 'State lock', run: (control) => clearStaleLock(run, prepared().state, control) },
    { id: 'init', title: 'Terraform init', run: () => initialise(prepared().terraform) },
    ...(options.ignoreState === true
      ? []
      : [stateStep({ run, root, platform: project.platform.name, prepared }, options, () => (nothingTagged = true))]),
  ]
  return { steps, prepared }
}

function stateStep(
  context: { run: Run; root: Root; platform: string; prepared: () => Prepared },
  { adopt = false }: PreparationOptions,
  onNothingTagged: () => void,
): Step {
  const { run, root, platform, prepared } = context
  return {
    id: 'terraform-state',
    title: 'Terraform state',
    run: async () => {
      const { state, terraform } = prepared()
      const pushed = await pushErroredState(run, state, terraform)
      if (pushed !== undefined) return { outcome: 'done', detail: pushed }
      const { nothingTagged, ...result } = await refuseMissingState({ run, root, platform, state }, { adopt })
      if (nothingTagged) onNothingTagged()
      return result
    },
  }
}
