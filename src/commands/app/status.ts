import { Args, Flags } from '@oclif/core'
import type { AppState } from '../../lib/apps/status.js'
import { withApps } from '../../lib/cli/app-context.js'
import { placeFlags } from '../../lib/cli/app-flags.js'
import { appStateColumns } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AppStatus extends PlatformCommand<typeof AppStatus> {
  static override summary = 'Show which version of an application runs where, and how it is.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> web',
    '<%= config.bin %> <%= command.id %> web --environment dev --json',
  ]
  static override args = { app: Args.string({ description: 'Name of the application. Default: all.' }) }
  static override flags = {
    environment: Flags.string({ char: 'e', summary: 'Only in this environment.', helpValue: '<name>' }),
    'role-arn': placeFlags['role-arn'],
  }

  async run(): Promise<AppState[]> {
    const { appStatus } = await import('../../lib/apps/status.js')
    const { environment, 'role-arn': roleArn } = this.flags
    const { app } = this.args
    const states = await withApps(await this.clusterContext(), { roleArn }, async (context) =>
      appStatus(context, { ...(app !== undefined && { app }), ...(environment !== undefined && { environment }) }),
    )
    await this.printTable(states, appStateColumns, 'No applications.')
    return states
  }
}
