import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stateBucketExists } from '../aws/state-bucket.js'
import { runSteps } from '../core/steps.js'
import { isSystemError } from '../core/errors.js'
import { Terraform } from '../terraform/terraform.js'
import { vendorEnvironment } from '../templates/vendor.js'
import { refuseProtected } from './destroy.js'
import { existingFinder } from './existing-finder.js'
import { rootFolder, rootOf } from './layout.js'
import type { PlanResult } from './plan-environment.js'
import { makePlan, type Plan } from './planning.js'
import { planResult } from './plan-step.js'
import { preflightSteps, refuseUnsupported, type Preflight } from './preflight.js'
import { withRun } from './run.js'
import { environmentOf } from './selection.js'
import { writeTerraformValues } from './terraform-files.js'
import type { EnvironmentContext } from './wiring.js'

/**
 * What `env create`, `env apply` or `env destroy` would do, made in a copy of the repository's `infra` folder that is thrown away.
 * Nothing in the repository and nothing in the account is changed; a sandbox is started, because a plan asks AWS.
 */
export async function previewEnvironment(context: EnvironmentContext, options: { name: string; destroy?: boolean }): Promise<PlanResult> {
  const environment = environmentOf(context.project, options.name)
  refuseUnsupported(environment)
  if (options.destroy === true) refuseProtected(environment)
  const { name, account, region } = environment
  const { directory, platform } = context.project
  const copy = await mkdtemp(path.join(tmpdir(), 'platform-preview-'))
  try {
    return await withRun(
      context.ports,
      { repository: directory, environment: name, command: `dry run of ${name}`, purpose: 'look' },
      async (run) => {
        let preflight: Preflight | undefined
        let plan: Plan | undefined
        const project = { ...context.project, directory: copy }
        const folder = path.join(copy, rootFolder(name))
        await runSteps(run.ports, `Dry run for ${name}`, [
          ...preflightSteps({ ...context, ports: run.ports }, environment, (found) => (preflight = found)),
          {
            id: 'files',
            title: 'Terraform files in a copy',
            run: async () => {
              for (const part of ['infra', 'platform.lock.json']) await copyIfExists(path.join(directory, part), path.join(copy, part))
              await vendorEnvironment(copy, { environment: name, root: rootOf(environment) })
              await writeTerraformValues(project, environment)
            },
          },
          {
            id: 'plan',
            title: options.destroy === true ? 'Plan of the destruction' : 'Plan',
            run: async (control) => {
              if (!preflight) throw new Error('the checks have not run')
              const { clients, terraform } = preflight
              const finder = existingFinder(run, clients, { platform: platform.name, environment: name })
              const hasState = await stateBucketExists(clients, { platform: platform.name, accountId: account.id, region })
              // Without a bucket there is no state yet, and a plan against an empty local one says the same.
              if (!hasState) await rm(path.join(folder, 'backend.tf.json'))
              const inCopy = new Terraform(run.ports, { ...terraform.options, folder })
              await inCopy.init()
              plan = await makePlan(
                { run, terraform: inCopy, lock: false, ...(options.destroy === true ? { destroy: true } : { finder }) },
                control,
              )
              return planResult(plan)
            },
          },
        ])
        if (!plan) throw new Error('no plan was made')
        const { summary, digest } = plan
        return {
          environment: name,
          changes: summary.changes,
          resources: summary.resources.map(({ address, actions, imported, holdsData }) => ({ address, actions, imported, holdsData })),
          planFile: '',
          planDigest: digest,
        }
      },
    )
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function copyIfExists(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true, filter: (source) => path.basename(source) !== '.terraform' })
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
}
