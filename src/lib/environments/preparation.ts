import { createStateBucket, stateBucketName } from '../aws/state-bucket.js'
import type { Environment } from '../config/project.js'
import type { Step } from '../core/steps.js'
import { vendorEnvironment } from '../templates/vendor.js'
import { clearStaleLock, finishEarlierRuns } from './earlier-run.js'
import { initialise } from './initialisation.js'
import { rootOf, stateKey } from './layout.js'
import { preflightSteps, refuseUnsupported, type Preflight } from './preflight.js'
import type { Run } from './run.js'
import { writeTerraformValues } from './terraform-files.js'
import type { StateAccess } from './terraform-run.js'
import type { EnvironmentContext } from './wiring.js'

/** An environment whose Terraform can plan and apply. */
export interface Prepared extends Preflight {
  state: StateAccess
}

/**
 * The steps up to the first plan: checks, files, state bucket, earlier runs, initialisation.
 * Only local files and the state bucket are written. `prepared` may be called once they have run.
 */
export function preparation(context: EnvironmentContext, run: Run, environment: Environment): { steps: Step[]; prepared: () => Prepared } {
  refuseUnsupported(environment)
  const { project } = context
  const bucket = { platform: project.platform.name, accountId: environment.account.id, region: environment.region }
  let preflight: Preflight | undefined
  const prepared = (): Prepared => {
    if (!preflight) throw new Error('the checks have not run')
    return { ...preflight, state: { clients: preflight.clients, bucket: stateBucketName(bucket), key: stateKey(environment.name) } }
  }
  const steps: Step[] = [
    ...preflightSteps({ ...context, ports: run.ports }, environment, (found) => (preflight = found)),
    { id: 'earlier-run', title: 'Earlier runs', run: (control) => finishEarlierRuns(run, control) },
    {
      id: 'files',
      title: 'Terraform files',
      run: async () => {
        const vendored = await vendorEnvironment(project.directory, { environment: environment.name, root: rootOf(environment) })
        const values = await writeTerraformValues(project, environment)
        if (vendored.edited.length > 0)
          run.ports.report.emit({ type: 'info', message: `Kept as you edited them: ${vendored.edited.join(', ')}` })
        const written = vendored.written.length + values.length
        return written === 0 ? { outcome: 'unchanged' } : { outcome: 'done', detail: `${written} written` }
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
    { id: 'lock', title: 'State lock', run: () => clearStaleLock(run, prepared().state) },
    { id: 'init', title: 'Terraform init', run: () => initialise(prepared().terraform) },
  ]
  return { steps, prepared }
}
