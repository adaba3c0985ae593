import { runSteps, type Step } from '../core/steps.js'
import { driftOf, type DriftedResource } from '../terraform/drift.js'
import { inTurn, type RootContext } from './context.js'
import { compareWithAws } from './planning.js'
import { preparation } from './preparation.js'
import type { Root } from './root.js'
import { withRun } from './run.js'

/** Whether AWS still is as Terraform left it. `undefined`: nothing was ever applied, so there is nothing to compare. */
export async function findDrift(context: RootContext, root: Root): Promise<DriftedResource[] | undefined> {
  const { name } = root
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: `env drift ${name}`, purpose: 'look' },
    async (run) => {
      const { steps, prepared } = preparation(context, run, root)
      let drift: DriftedResource[] | undefined
      const comparison: Step = {
        id: 'drift',
        title: 'Comparison with AWS',
        run: async (control) => {
          const { terraform, state } = prepared()
          const json = await compareWithAws({ run, terraform, state }, control)
          if (json.prior_state?.values?.root_module === undefined) return { outcome: 'skipped', detail: 'nothing was applied yet' }
          drift = driftOf(json)
          return {
            outcome: 'checked',
            detail: drift.length === 0 ? 'as Terraform left it' : `${drift.length} changed outside of Terraform`,
          }
        },
      }
      await runSteps(run.ports, `Comparing ${name}`, [...steps, inTurn(context, comparison)])
      return drift
    },
  )
}
