import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { plannedFields } from '../../lib/cli/environment-view.js'
import { fleetFlags, refuseForOne, reportFileOf, toFleetOptions, toSelection } from '../../lib/cli/fleet-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { Selection } from '../../lib/environments/fleet/members.js'
import type { FleetResult } from '../../lib/environments/fleet/result.js'
import type { RootContext } from '../../lib/roots/context.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

type OneResult = PlanResult & { status: 'changed' | 'unchanged' }

export default class EnvPlan extends PlatformCommand<typeof EnvPlan> {
  static override summary = 'Show what would change in an environment, or in many, and keep the plan.'
  static override description = `Ends with exit code 0 when nothing would change and with 2 when something would.
With --all or --environment several are planned at once; exit code 4 says that a part of them failed.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --json',
    '<%= config.bin %> <%= command.id %> --all --report-file plan.md',
    '<%= config.bin %> <%= command.id %> --environment dev --environment test --logs grouped',
  ]
  static override flags = { timeout: changeFlags.timeout, ...fleetFlags }
  static override args = { name: Args.string({ description: 'Name of the environment.' }) }

  async run(): Promise<OneResult | FleetResult> {
    const selection = toSelection('platform env plan', this.args.name, this.flags)
    const context = rootContext(this.ports, await this.project(), await this.target())
    return 'one' in selection ? this.one(context, selection.one) : this.many(context, selection.many)
  }

  private async one(context: RootContext, name: string): Promise<OneResult> {
    refuseForOne('platform env plan', name, this.flags)
    const { planEnvironment } = await import('../../lib/environments/plan.js')
    const { hasChanges, ...plan } = await planEnvironment(context, name)
    const status = hasChanges ? 'changed' : 'unchanged'
    if (hasChanges) await this.printPlan(plan)
    await this.printFields([...plannedFields(plan), ['Status', status]])
    if (hasChanges) {
      this.note(`Apply exactly this plan: platform env apply ${plan.environment} --plan ${plan.planFile}`)
      this.exitWith(ExitCode.changesFound)
    }
    return { ...plan, status }
  }

  private async many(context: RootContext, selection: Selection): Promise<FleetResult> {
    const { planFleet } = await import('../../lib/environments/fleet/plan-fleet.js')
    const { fleetExitCode } = await import('../../lib/environments/fleet/result.js')
    const result = await planFleet(context, selection, toFleetOptions(this.flags))
    await this.printFleet('Plan', result, reportFileOf(this.flags))
    const { failed, skipped, changed } = result.summary
    this.exitWith(failed + skipped === 0 && changed > 0 ? ExitCode.changesFound : fleetExitCode(result.summary))
    return result
  }
}
