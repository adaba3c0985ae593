import type { PauseResult } from '../../lib/apps/pause.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, placeFlags } from '../../lib/cli/app-flags.js'
import { placeFields } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

export default class AppResume extends PlatformCommand<typeof AppResume> {
  static override summary = 'Let Argo CD change a paused application by itself again.'
  static override description = 'What Git says is brought into the cluster again, and changes by hand are taken back.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment prod',
    '<%= config.bin %> <%= command.id %> web -e prod --yes --json',
  ]
  static override args = appArgs
  static override flags = {
    ...placeFlags,
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<PauseResult> {
    const { pauseApp } = await import('../../lib/apps/pause.js')
    const { environment, 'role-arn': roleArn, 'dry-run': dryRun } = this.flags
    const { app } = this.args
    const confirm = async (): Promise<void> => this.confirmChange(`Resume ${app} in ${environment}?`)
    const result = await withApps(await this.clusterContext(), { roleArn }, async (context) =>
      pauseApp(context, { app, environment }, { pause: false, reason: undefined, dryRun, confirm }),
    )
    await this.printFields(placeFields(result))
    return result
  }
}
