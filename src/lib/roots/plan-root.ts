import { runSteps } from '../core/steps.js'
import type { PlannedResource } from '../terraform/plan.js'
import { inTurn, type RootContext } from './context.js'
import type { Plan } from './planning.js'
import { planStep } from './plan-step.js'
import { preparation } from './preparation.js'
import type { Root } from './root.js'
import { withRun } from './run.js'

export interface PlanResult {
  environment: string
  changes: { add: number; change: number; destroy: number; replace: number; import: number }
  resources: Array<Pick<PlannedResource, 'address' | 'actions' | 'imported' | 'holdsData'>>
  planFile: string
  planDigest: string
}

/** Plans a root and keeps the plan, so that exactly this plan can be applied. Changes nothing in AWS but the state bucket. */
export async function planRoot(context: RootContext, root: Root): Promise<PlanResult & { hasChanges: boolean }> {
  const { name } = root
  return withRun(
    context.ports,
    { repository: context.project.directory, environment: name, command: withoutProgram(root.commands.plan), purpose: 'look' },
    async (run) => {
      const { steps, prepared } = preparation(context, run, root)
      let plan: Plan | undefined
      const planning = planStep({ run, root, platform: context.project.platform.name, prepared }, (made) => (plan = made))
      await runSteps(run.ports, `Planning ${name}`, [...steps, inTurn(context, planning)])
      if (!plan) throw new Error('no plan was made')
      run.keepsPlan = true
      return { ...planResultOf(root, plan), planFile: plan.file, hasChanges: plan.summary.hasChanges }
    },
  )
}

/** What is told of a plan. Without a file: the plan was made for looking only. */
export function planResultOf({ name }: Root, { summary, digest }: Plan): PlanResult {
  return {
    environment: name,
    changes: summary.changes,
    resources: summary.resources.map(({ address, actions, imported, holdsData }) => ({ address, actions, imported, holdsData })),
    planFile: '',
    planDigest: digest,
  }
}

/** A command as the journal holds it. */
export function withoutProgram(command: string): string {
  return command.replace(/^platform /, '')
}
