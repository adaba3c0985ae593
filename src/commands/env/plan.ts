import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { plannedFields } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class EnvPlan extends PlatformCommand<typeof EnvPlan> {
  static override summary = 'Show what would change in an environment, and keep the plan.'
  static override description = 'Ends with exit code 0 when nothing would change and with 2 when something would.'
  static override examples = ['<%= config.bin %> <%= command.id %> dev', '<%= config.bin %> <%= command.id %> dev --json']
  static override flags = { timeout: changeFlags.timeout }
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }

  async run(): Promise<PlanResult & { status: 'changed' | 'unchanged' }> {
    const { planEnvironment } = await import('../../lib/environments/plan.js')
    const context = rootContext(this.ports, await this.project(), await this.target())
    const { hasChanges, ...plan } = await planEnvironment(context, this.args.name)
    const status = hasChanges ? 'changed' : 'unchanged'
    if (hasChanges) await this.printPlan(plan)
    await this.printFields([...plannedFields(plan), ['Status', status]])
    if (hasChanges) {
      this.note(`Apply exactly this plan: platform env apply ${plan.environment} --plan ${plan.planFile}`)
      this.exitWith(ExitCode.changesFound)
    }
    return { ...plan, status }
  }
}
