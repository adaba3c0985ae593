import { runSteps } from '../core/steps.js'
import type { PlannedResource } from '../terraform/plan.js'
import type { Plan } from './planning.js'
import { planStep } from './plan-step.js'
import { preparation } from './preparation.js'
import { withRun } from './run.js'
import { environmentOf } from './selection.js'
import type { EnvironmentContext } from './wiring.js'

export interface PlanResult {
  environment: string
  changes: { add: number; change: number; destroy: number; replace: number; import: number }
  resources: Array<Pick<PlannedResource, 'address' | 'actions' | 'imported' | 'holdsData'>>
  planFile: string
  planDigest: string
}

/** Plans an environment and keeps the plan, so that exactly this plan can be applied. Changes nothing in AWS but the state bucket. */
export async function planEnvironment(context: EnvironmentContext, name: string): Promise<PlanResult & { hasChanges: boolean }> {
  const environment = environmentOf(context.project, name)
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: `env plan ${name}`, purpose: 'look' },
    async (run) => {
      const { steps, prepared } = preparation(context, run, environment)
      let plan: Plan | undefined
      const planning = planStep({ run, environment, platform: context.project.platform.name, prepared }, (made) => (plan = made))
      await runSteps(run.ports, `Planning ${name}`, [...steps, planning])
      if (!plan) throw new Error('no plan was made')
      run.keepsPlan = true
      const { summary, file, digest } = plan
      return {
        environment: name,
        changes: summary.changes,
        resources: summary.resources.map(({ address, actions, imported, holdsData }) => ({ address, actions, imported, holdsData })),
        planFile: file,
        planDigest: digest,
        hasChanges: summary.hasChanges,
      }
    },
  )
}
