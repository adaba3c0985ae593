import { Flags } from '@oclif/core'
import type { PauseResult } from '../../lib/apps/pause.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, placeFlags } from '../../lib/cli/app-flags.js'
import { placeFields } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

export default class AppPause extends PlatformCommand<typeof AppPause> {
  static override summary = 'Stop Argo CD from changing an application by itself, for an emergency.'
  static override description =
    'Nothing is committed: what is changed in the cluster by hand stays, and commits wait, until app resume. app status says who paused it and why.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment prod',
    '<%= config.bin %> <%= command.id %> web -e prod --yes --json',
  ]
  static override args = appArgs
  static override flags = {
    ...placeFlags,
    reason: Flags.string({ char: 'm', summary: 'Why: app status shows it.', helpValue: '<text>' }),
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<PauseResult> {
    const { pauseApp } = await import('../../lib/apps/pause.js')
    const { environment, 'role-arn': roleArn, 'dry-run': dryRun } = this.flags
    const { app } = this.args
    const confirm = async (): Promise<void> => this.confirmChange(`Pause ${app} in ${environment}?`)
    const result = await withApps(await this.clusterContext(), { roleArn }, async (context) =>
      pauseApp(context, { app, environment }, { pause: true, reason: this.flags.reason, dryRun, confirm }),
    )
    await this.printFields(placeFields(result))
    return result
  }
}
