import { Flags } from '@oclif/core'
import type { Delivery } from '../../lib/apps/deliver.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, deliveryFlags, deliveryOptions } from '../../lib/cli/app-flags.js'
import { deliveryFields } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AppDeploy extends PlatformCommand<typeof AppDeploy> {
  static override summary = 'Change an application in one environment through Git, and wait until it runs there.'
  static override description = `Writes the overlay, commits it as you, pushes it to the branch that Argo CD reads, and waits until the application is synced and healthy with
that commit. When somebody pushed meanwhile, it is tried again on top of that. In an environment that waits for a sync by hand it stops
once Git has the change, unless --sync is given. Without a change it waits for what Git says already.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment dev --image registry.example.com/web:1.4.2 --reason "Faster search"',
    '<%= config.bin %> <%= command.id %> web -e dev --set replicas=3 --set env.LOG_LEVEL=debug --yes',
    '<%= config.bin %> <%= command.id %> web -e prod --base-version 1.1.0 --sync --timeout 15m',
    '<%= config.bin %> <%= command.id %> web -e dev --image registry.example.com/web:1.4.2 --dry-run --json',
  ]
  static override args = appArgs
  static override flags = {
    image: Flags.string({ summary: 'Image with tag or digest.', helpValue: '<image>' }),
    set: Flags.string({ summary: 'Set a value (can be repeated).', multiple: true, helpValue: '<key=value>' }),
    unset: Flags.string({ summary: 'Remove a value, so that the base decides (can be repeated).', multiple: true, helpValue: '<key>' }),
    'base-version': Flags.string({ summary: 'Version of the base to run.', helpValue: '<version>' }),
    'auto-sync': Flags.boolean({ summary: 'From now on let Argo CD bring changes by itself, or wait for app sync.', allowNo: true }),
    ...deliveryFlags,
  }

  async run(): Promise<Delivery> {
    const { deployApp } = await import('../../lib/apps/deploy.js')
    const { flags, args } = this
    const confirm = async (): Promise<void> => this.confirmChange(`Deploy ${args.app} to ${flags.environment}?`)
    const change = {
      image: flags.image,
      set: flags.set ?? [],
      unset: flags.unset ?? [],
      base: flags['base-version'],
      autoSync: flags['auto-sync'],
    }
    const delivery = await withApps(await this.clusterContext(), { roleArn: flags['role-arn'] }, async (context) =>
      deployApp(context, { app: args.app, environment: flags.environment }, change, { ...deliveryOptions(flags), confirm }),
    )
    await this.printFields(deliveryFields(delivery))
    return delivery
  }
}
