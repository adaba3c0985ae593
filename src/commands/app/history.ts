import { Flags } from '@oclif/core'
import type { HistoryEntry } from '../../lib/apps/history.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, placeFlags } from '../../lib/cli/app-flags.js'
import { historyColumns } from '../../lib/cli/app-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AppHistory extends PlatformCommand<typeof AppHistory> {
  static override summary = 'Show what changed an application in one environment: when, by whom, and what runs.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment dev',
    '<%= config.bin %> <%= command.id %> web -e prod --limit 5 --json',
    { description: 'From Git alone, without the cluster', command: '<%= config.bin %> <%= command.id %> web -e dev --offline' },
  ]
  static override args = appArgs
  static override flags = {
    ...placeFlags,
    limit: Flags.integer({ summary: 'At most so many commits.', default: 20, min: 1, max: 1000 }),
    offline: Flags.boolean({ summary: 'Do not ask the cluster which one is live.' }),
  }

  async run(): Promise<HistoryEntry[]> {
    const { appHistory } = await import('../../lib/apps/history.js')
    const { environment, limit, offline, 'role-arn': roleArn } = this.flags
    const entries = await withApps(await this.clusterContext(), { roleArn }, async (context) =>
      appHistory(context, { app: this.args.app, environment }, { limit, askCluster: !offline }),
    )
    await this.printTable(entries, historyColumns, 'No commits yet.')
    return entries
  }
}
