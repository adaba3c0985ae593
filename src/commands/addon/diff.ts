import { Flags } from '@oclif/core'
import type { AddonDiff } from '../../lib/addons/diff.js'
import { withAddons } from '../../lib/cli/addon-context.js'
import { addonArgs } from '../../lib/cli/addon-flags.js'
import { placeFlags } from '../../lib/cli/app-flags.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { ExitCode } from '../../lib/core/exit-codes.js'

export default class AddonDiffCommand extends PlatformCommand<typeof AddonDiffCommand> {
  static override summary = 'Say what another version of an add-on changes, or what differs between the files and the cluster.'
  static override description = `With --to, both versions are rendered with the values of the environment, and compared. Without it, what the files of this folder render to
is compared with what the cluster has; fields that only the cluster has do not count. Exit code 2 when something differs.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> jaeger --environment mgmt --to 4.11.0',
    '<%= config.bin %> <%= command.id %> kyverno -e dev',
    '<%= config.bin %> <%= command.id %> kyverno -e dev --json',
  ]
  static override args = addonArgs
  static override flags = {
    environment: Flags.string({
      char: 'e',
      summary: 'Name of the environment. Default: the first that has the add-on.',
      helpValue: '<name>',
    }),
    to: Flags.string({ summary: 'Version of the chart to compare with. Default: compare with the cluster.', helpValue: '<version>' }),
    'role-arn': placeFlags['role-arn'],
  }

  async run(): Promise<AddonDiff> {
    const { diffAddon } = await import('../../lib/addons/diff.js')
    const { environment, to, 'role-arn': roleArn } = this.flags
    const base = { ports: this.ports, project: await this.project(), target: await this.target() }
    const diff = await withAddons(base, { roleArn }, async (context) => diffAddon(context, { name: this.args.name, environment, to }))
    for (const line of diff.words) this.print(line)
    if (diff.words.length === 0) this.print(`${diff.addon} in ${diff.environment}: no differences.`)
    else this.exitWith(ExitCode.changesFound)
    return diff
  }
}
