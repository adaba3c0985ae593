import { readStateText } from '../aws/state-object.js'
import { summariseState } from '../aws/state-document.js'
import { runSteps, type Step } from '../core/steps.js'
import { inTurn, type RootContext } from './context.js'
import { findings, type RootDrift } from './drift-findings.js'
import { compareWithAws } from './planning.js'
import { preparation } from './preparation.js'
import type { Root } from './root.js'
import { withRun } from './run.js'

/** Whether AWS still is as Terraform left it. `undefined`: nothing was ever applied, so there is nothing to compare. */
export async function findDrift(context: RootContext, root: Root): Promise<RootDrift | undefined> {
  const { name } = root
  const startedAt = context.ports.clock.now()
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: `env drift ${name}`, purpose: 'look' },
    async (run) => {
      const { steps, prepared } = preparation(context, run, root)
      let plan: Awaited<ReturnType<typeof compareWithAws>>
      let stateText: string | undefined
      let drift: RootDrift | undefined
      const comparison: Step = {
        id: 'drift',
        title: 'Comparison with AWS',
        run: async (control) => {
          const { terraform, state } = prepared()
          stateText = await readStateText(state.clients, state)
          if (stateText === undefined || summariseState(stateText).resources === 0) {
            stateText = undefined
            return { outcome: 'skipped', detail: 'nothing was applied yet' }
          }
          plan = await compareWithAws({ run, terraform, state }, control)
          return { outcome: 'checked' }
        },
      }
      const looking: Step = {
        id: 'findings',
        title: 'What differs, and who changed it',
        run: async (control) => {
          if (stateText === undefined) return { outcome: 'skipped' }
          drift = await findings(
            { ...context, ports: run.ports },
            { root, run, plan, stateText, clients: prepared().clients, startedAt },
            control,
          )
          const count = drift.terraform.length + drift.aws.length
          return { outcome: 'checked', detail: count === 0 ? 'as Terraform left it' : `${count} changed outside of Terraform` }
        },
      }
      await runSteps(run.ports, `Comparing ${name}`, [...steps, inTurn(context, comparison), looking])
      return drift
    },
  )
}
