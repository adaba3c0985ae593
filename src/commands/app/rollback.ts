import { Flags } from '@oclif/core'
import type { RollbackResult } from '../../lib/apps/rollback.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, deliveryFlags, deliveryOptions } from '../../lib/cli/app-flags.js'
import { deliveryFields } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AppRollback extends PlatformCommand<typeof AppRollback> {
  static override summary = 'Go back to an earlier overlay of an application in one environment.'
  static override description = `Makes a new commit in which this overlay is as it was at an earlier one, so that an application that syncs by itself stays rolled back. No
other application and no other environment changes. What Git cannot undo is listed first.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment dev',
    '<%= config.bin %> <%= command.id %> web -e prod --to 1f2e3d4c --sync --reason "Errors at checkout"',
    '<%= config.bin %> <%= command.id %> web -e dev --dry-run --json',
  ]
  static override args = appArgs
  static override flags = {
    to: Flags.string({ summary: 'Commit to go back to. Default: the one before the last change.', helpValue: '<commit>' }),
    ...deliveryFlags,
  }

  async run(): Promise<RollbackResult> {
    const { planRollback } = await import('../../lib/apps/rollback.js')
    const { flags, args } = this
    const result = await withApps(await this.clusterContext(), { roleArn: flags['role-arn'] }, async (context) => {
      const place = { app: args.app, environment: flags.environment }
      const plan = await planRollback(context, place, flags.to, deliveryOptions(flags))
      for (const { kind, where, why } of plan.irreversible) this.note(`Not undone: ${kind} in ${where}. ${why}`)
      if (!flags['dry-run']) await this.confirmChange(`Roll ${args.app} in ${flags.environment} back to ${plan.to.slice(0, 12)}?`)
      return plan.run()
    })
    await this.printFields([...deliveryFields(result), ['As of', result.to.slice(0, 12)]])
    return result
  }
}
