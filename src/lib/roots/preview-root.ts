import { rm } from 'node:fs/promises'
import path from 'node:path'
import { stateBucketExists } from '../aws/state-bucket.js'
import { runSteps } from '../core/steps.js'
import { Terraform } from '../terraform/terraform.js'
import type { RootContext } from './context.js'
import { refuseProtected } from './destroy-root.js'
import { existingFinder } from './existing-finder.js'
import { makePlan, withoutForeign, type Plan } from './planning.js'
import { planResultOf, type PlanResult } from './plan-root.js'
import { planResult } from './plan-step.js'
import { preflightSteps, type Preflight } from './preflight.js'
import type { Root } from './root.js'
import { withRun } from './run.js'
import { inScratchCopy } from './scratch-copy.js'
import { refuseMissingState } from './state-guard.js'
import { stateBucketOf } from './value-files.js'

export interface PreviewOptions {
  destroy?: boolean
  /** As in `ApplyOptions`. */
  adopt?: boolean
  /** As in `DestroyOptions`. */
  deleteForeign?: boolean
  /** Changes files of the copy first. */
  prepare?: (directory: string) => Promise<void>
}

/**
 * What applying or destroying a root would do, made in a copy of the repository's `infra` folder that is thrown away.
 * Nothing in the repository and nothing in the account is changed; a sandbox is started, because a plan asks AWS.
 */
export async function previewRoot(context: RootContext, root: Root, options: PreviewOptions = {}): Promise<PlanResult> {
  if (options.destroy === true) refuseProtected(root)
  const { name, account, region } = root
  const { directory, platform } = context.project
  return inScratchCopy(directory, (copy) =>
    withRun(context.ports, { repository: directory, environment: name, command: `dry run of ${name}`, purpose: 'look' }, async (run) => {
      let preflight: Preflight | undefined
      let plan: Plan | undefined
      const folder = path.join(copy.directory, root.folder)
      await runSteps(run.ports, `Dry run for ${name}`, [
        ...preflightSteps({ ...context, ports: run.ports }, root, (found) => (preflight = found)),
        { id: 'files', title: 'Terraform files in a copy', run: () => copy.write(context, run, root, options.prepare) },
        {
          id: 'plan',
          title: options.destroy === true ? 'Plan of the destruction' : 'Plan',
          run: async (control) => {
            if (!preflight) throw new Error('the checks have not run')
            const { clients, terraform } = preflight
            const finder = existingFinder({ run, root, platform: platform.name, clients })
            const hasState = await stateBucketExists(clients, { platform: platform.name, accountId: account.id, region })
            // Without a bucket there is no state yet, and a plan against an empty local one says the same.
            if (!hasState) await rm(path.join(folder, 'backend.tf.json'))
            const state = { clients, bucket: stateBucketOf(context.project, root), key: root.stateKey }
            const adopt = options.adopt === true || options.destroy === true
            await refuseMissingState({ run, root, platform: platform.name, state }, { adopt })
            const inCopy = new Terraform(run.ports, { ...terraform.options, folder })
            await inCopy.init()
            plan = await makePlan(
              { run, terraform: inCopy, lock: false, ...(options.destroy === true ? { destroy: true } : { finder }) },
              control,
            )
            if (options.destroy === true && options.deleteForeign !== true) plan = withoutForeign(plan, root.foreign)
            return planResult(plan)
          },
        },
      ])
      if (!plan) throw new Error('no plan was made')
      return planResultOf(root, plan)
    }),
  )
}
