import type { AppDiff } from '../../lib/apps/diff.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, placeFlags } from '../../lib/cli/app-flags.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { ExitCode } from '../../lib/core/exit-codes.js'

export default class AppDiffCommand extends PlatformCommand<typeof AppDiffCommand> {
  static override summary = 'Say what differs between the files of an application and the cluster.'
  static override description =
    'Renders the base with the values of the environment, as they lie in this folder, and compares the result with what the cluster has. Fields that only the cluster has do not count. Exit code 2 when something differs.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment dev',
    '<%= config.bin %> <%= command.id %> web -e prod --json',
  ]
  static override args = appArgs
  static override flags = placeFlags

  async run(): Promise<AppDiff> {
    const { diffApp } = await import('../../lib/apps/diff.js')
    const { environment, 'role-arn': roleArn } = this.flags
    const diff = await withApps(await this.clusterContext(), { roleArn }, async (context) =>
      diffApp(context, { app: this.args.app, environment }),
    )
    for (const line of diff.words) this.print(line)
    if (diff.words.length === 0) this.print(`${diff.app} in ${environment} is as the files say.`)
    else this.exitWith(ExitCode.changesFound)
    return diff
  }
}
