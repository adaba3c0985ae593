import { PlatformCommand } from '../../lib/cli/base-command.js'
import { plannedFields } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class SharedPlan extends PlatformCommand<typeof SharedPlan> {
  static override summary = 'Show what would change in what environments share, and keep the plan.'
  static override description = 'Ends with exit code 0 when nothing would change and with 2 when something would.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = { timeout: changeFlags.timeout }

  async run(): Promise<PlanResult & { status: 'changed' | 'unchanged' }> {
    const { planShared } = await import('../../lib/shared/shared.js')
    const { hasChanges, ...plan } = await planShared(rootContext(this.ports, await this.project(), await this.target()))
    const status = hasChanges ? 'changed' : 'unchanged'
    if (hasChanges) await this.printPlan(plan)
    await this.printFields([...plannedFields(plan), ['Status', status]])
    if (hasChanges) {
      this.note(`Apply exactly this plan: platform shared apply --plan ${plan.planFile}`)
      this.exitWith(ExitCode.changesFound)
    }
    return { ...plan, status }
  }
}
