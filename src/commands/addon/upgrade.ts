import type { AddonChange } from '../../lib/addons/change.js'
import { withAddons } from '../../lib/cli/addon-context.js'
import { addonArgs, addonChangeFlags, addonChangeOptions, versionFlag } from '../../lib/cli/addon-flags.js'
import { addonChangeFields, remainderLines } from '../../lib/cli/addon-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AddonUpgrade extends PlatformCommand<typeof AddonUpgrade> {
  static override summary = 'Bring an add-on of one environment to another version, through Git.'
  static override description = `The version is written into the environment's file. It is refused where it does not run on the Kubernetes version of the environment, and
where the chart is not the one that platform.lock.json or the catalogue names. See first what it changes: addon diff.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> cert-manager --environment dev --yes',
    '<%= config.bin %> <%= command.id %> jaeger -e dev --to 4.11.0 --reason "Back to the version before"',
    '<%= config.bin %> <%= command.id %> jaeger -e dev --dry-run --json',
  ]
  static override args = addonArgs
  static override flags = { ...addonChangeFlags, to: versionFlag }

  async run(): Promise<AddonChange> {
    const { upgradeAddon } = await import('../../lib/addons/change.js')
    const { flags } = this
    const { name } = this.args
    const base = { ports: this.ports, project: await this.project(), target: await this.target() }
    if (!flags['dry-run']) await this.confirmChange(`Upgrade ${name} in ${flags.environment} to ${flags.to ?? 'the recommended version'}?`)
    const target = { name, environment: flags.environment, to: flags.to }
    const change = await withAddons(base, { roleArn: flags['role-arn'] }, async (context) =>
      upgradeAddon(context, target, addonChangeOptions(flags)),
    )
    await this.printFields(addonChangeFields(change))
    for (const line of [...change.remarks, ...remainderLines(change)]) this.note(line)
    return change
  }
}
