import { Args } from '@oclif/core'
import path from 'node:path'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { applyFlags, clusterRoleFlags, savedPlanFlags } from '../../lib/cli/environment-flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { makeEnvironment } from '../../lib/cli/make-environment.js'
import { createdFields, plannedFields } from '../../lib/cli/environment-view.js'
import { fleetFlags, refuseForMany, refuseForOne, reportFileOf, toFleetOptions, toSelection } from '../../lib/cli/fleet-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { Selection } from '../../lib/environments/fleet/members.js'
import type { FleetResult } from '../../lib/environments/fleet/result.js'
import type { ApplyResult } from '../../lib/roots/apply-root.js'
import type { RootContext } from '../../lib/roots/context.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class EnvApply extends PlatformCommand<typeof EnvApply> {
  static override summary = 'Bring an existing environment, or many, to what their files say.'
  static override description = `Plans, asks and applies. With --plan, exactly the plan that "env plan" saved is applied.
With --all or --environment: what is shared first, then management, then workload, each wave planned with what the last one made.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --yes --json',
    '<%= config.bin %> <%= command.id %> --all --yes --failure-mode fail-fast',
    '<%= config.bin %> <%= command.id %> dev --plan plan.tfplan --plan-digest sha256:0a1b…',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.' }) }
  static override flags = {
    ...changeFlags,
    ...savedPlanFlags,
    ...applyFlags,
    ...clusterRoleFlags,
    ...fleetFlags,
  }

  async run(): Promise<ApplyResult | PlanResult | FleetResult> {
    const selection = toSelection('platform env apply', this.args.name, this.flags)
    const context = rootContext(this.ports, await this.project(), await this.target())
    return 'one' in selection ? this.one(context, selection.one) : this.many(context, selection.many)
  }

  private async many(context: RootContext, selection: Selection): Promise<FleetResult> {
    refuseForMany({ '--dry-run': this.flags['dry-run'], '--plan': this.flags.plan !== undefined, '--no-wait': !this.flags.wait })
    const { applyFleet } = await import('../../lib/environments/fleet/apply-fleet.js')
    const { fleetExitCode } = await import('../../lib/environments/fleet/result.js')
    const { yes, adopt, 'allow-replace': allowReplace = [] } = this.flags
    const result = await applyFleet(context, selection, { ...toFleetOptions(this.flags), yes, adopt, allowReplace })
    await this.printFleet('Apply', result, reportFileOf(this.flags))
    this.exitWith(fleetExitCode(result.summary))
    return result
  }

  private async one(context: RootContext, name: string): Promise<ApplyResult | PlanResult> {
    refuseForOne('platform env apply', name, this.flags)
    if (this.flags['dry-run']) {
      const { previewEnvironment } = await import('../../lib/environments/plan.js')
      const preview = await previewEnvironment(context, { name, adopt: this.flags.adopt })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    const { plan, 'plan-digest': digest } = this.flags
    const result = await makeEnvironment(
      context,
      {
        name,
        command: 'env apply',
        yes: this.flags.yes,
        wait: this.flags.wait,
        allowReplace: this.flags['allow-replace'] ?? [],
        adopt: this.flags.adopt,
        ...(plan !== undefined && { savedPlan: { file: path.resolve(plan), ...(digest !== undefined && { digest }) } }),
      },
      this.flags['role-arn'],
    )
    await this.printFields(createdFields(result))
    return result
  }
}
