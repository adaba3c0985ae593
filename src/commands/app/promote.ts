import { Flags } from '@oclif/core'
import type { Delivery } from '../../lib/apps/deliver.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, deliveryFlags, deliveryOptions } from '../../lib/cli/app-flags.js'
import { deliveryFields } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

export default class AppPromote extends PlatformCommand<typeof AppPromote> {
  static override summary = 'Bring to one environment what another one runs.'
  static override description =
    'Copies the version of the base and the image to the other overlay, as one commit. Other values belong to their environment and stay, unless --all-values is given.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --from dev --to prod --reason "Release 1.4"',
    '<%= config.bin %> <%= command.id %> web --from dev --to prod --sync --yes --json',
    '<%= config.bin %> <%= command.id %> web --from dev --to prod --dry-run',
  ]
  static override args = appArgs
  static override flags = {
    from: Flags.string({ summary: 'Environment that runs it.', required: true, helpValue: '<name>' }),
    to: Flags.string({ summary: 'Environment that is to run it.', required: true, helpValue: '<name>' }),
    'all-values': Flags.boolean({ summary: 'Copy every value, not only the image.' }),
    'role-arn': deliveryFlags['role-arn'],
    reason: deliveryFlags.reason,
    sync: deliveryFlags.sync,
    ...changeFlags,
  }

  async run(): Promise<Delivery> {
    const { promoteApp } = await import('../../lib/apps/deploy.js')
    const { flags, args } = this
    const { from, to } = flags
    const confirm = async (): Promise<void> => this.confirmChange(`Promote ${args.app} from ${from} to ${to}?`)
    const delivery = await withApps(await this.clusterContext(), { roleArn: flags['role-arn'] }, async (context) =>
      promoteApp(context, { app: args.app, from, to, values: flags['all-values'] }, { ...deliveryOptions(flags), confirm }),
    )
    await this.printFields(deliveryFields(delivery))
    return delivery
  }
}
