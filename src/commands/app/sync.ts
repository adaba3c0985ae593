import { Flags } from '@oclif/core'
import type { SyncResult } from '../../lib/apps/sync.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, placeFlags, waitLimit } from '../../lib/cli/app-flags.js'
import { placeFields } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

export default class AppSync extends PlatformCommand<typeof AppSync> {
  static override summary = 'Bring what Git says into the cluster now, and wait until it runs.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment prod',
    '<%= config.bin %> <%= command.id %> web -e prod --yes --no-wait --json',
    '<%= config.bin %> <%= command.id %> web -e prod --dry-run',
  ]
  static override args = appArgs
  static override flags = {
    ...placeFlags,
    prune: Flags.boolean({ summary: 'Delete what is no longer in Git.', allowNo: true, default: true }),
    ...changeFlags,
  }

  async run(): Promise<SyncResult> {
    const { syncApp } = await import('../../lib/apps/sync.js')
    const { environment, prune, wait, timeout, 'role-arn': roleArn, 'dry-run': dryRun } = this.flags
    const { app } = this.args
    const confirm = async (): Promise<void> => this.confirmChange(`Sync ${app} in ${environment}?`)
    const result = await withApps(await this.clusterContext(), { roleArn }, async (context) =>
      syncApp(context, { app, environment }, { dryRun, wait, timeoutMs: waitLimit(timeout), prune, confirm }),
    )
    await this.printFields([...placeFields(result), ['Revision', result.revision]])
    return result
  }
}
