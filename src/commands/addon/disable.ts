import type { AddonChange } from '../../lib/addons/change.js'
import { withAddons } from '../../lib/cli/addon-context.js'
import { addonArgs, addonChangeFlags, addonChangeOptions } from '../../lib/cli/addon-flags.js'
import { addonChangeFields, remainderLines } from '../../lib/cli/addon-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AddonDisable extends PlatformCommand<typeof AddonDisable> {
  static override summary = 'Switch an add-on off in one environment, through Git.'
  static override description = `Argo CD lets go of it, and nothing is deleted: what it has brought into the cluster stays, and the commands that remove it are told.
Definitions (CRDs) come last, for whoever deletes one deletes every object of its kind. Argo CD itself cannot be disabled.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> external-dns --environment dev --yes',
    '<%= config.bin %> <%= command.id %> kyverno -e dev --dry-run',
    '<%= config.bin %> <%= command.id %> kyverno -e dev --yes --no-wait --json',
  ]
  static override args = addonArgs
  static override flags = addonChangeFlags

  async run(): Promise<AddonChange> {
    const { disableAddon } = await import('../../lib/addons/change.js')
    const { flags } = this
    const { name } = this.args
    const base = { ports: this.ports, project: await this.project(), target: await this.target() }
    if (!flags['dry-run']) await this.confirmChange(`Disable ${name} in ${flags.environment}? What it has brought stays in the cluster.`)
    const target = { name, environment: flags.environment }
    const change = await withAddons(base, { roleArn: flags['role-arn'] }, async (context) =>
      disableAddon(context, target, addonChangeOptions(flags)),
    )
    await this.printFields(addonChangeFields(change))
    for (const line of [...change.remarks, ...remainderLines(change)]) this.note(line)
    return change
  }
}
