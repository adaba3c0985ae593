import { ExistingResources } from '../aws/existing/existing-resources.js'
import type { Environment } from '../config/project.js'
import type { Step } from '../core/steps.js'
import { applyPlan } from './applying.js'
import { dropImports, makePlan } from './planning.js'
import type { Prepared } from './preparation.js'
import type { Run } from './run.js'

/**
 * Brings what a killed run made, and the state never heard of, into the state, so that a destruction sees it.
 * Nothing is created: only what was found is planned.
 */
export function adoptLostResources(context: { run: Run; environment: Environment; platform: string; prepared: () => Prepared }): Step {
  const { run, environment, platform } = context
  return {
    id: 'adopt',
    title: 'What the state lost',
    run: async (control) => {
      const { clients, terraform, state } = context.prepared()
      const finder = (progress: (detail: string) => void): ExistingResources =>
        new ExistingResources(run.ports, clients, { platform, environment: environment.name }, progress)
      const found = await makePlan({ run, terraform, state, finder }, control)
      if (found.imported.length === 0) {
        await dropImports(terraform)
        return { outcome: 'unchanged', detail: 'nothing' }
      }
      const only = await makePlan({ run, terraform, state, targets: found.imported, keepImports: true }, control)
      await applyPlan({ run, terraform, plan: only, state }, control)
      return { outcome: 'done', detail: `${found.imported.length} found in AWS and imported` }
    },
  }
}
