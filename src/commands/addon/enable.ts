import type { AddonChange } from '../../lib/addons/change.js'
import { withAddons } from '../../lib/cli/addon-context.js'
import { addonArgs, addonChangeFlags, addonChangeOptions } from '../../lib/cli/addon-flags.js'
import { addonChangeFields, remainderLines } from '../../lib/cli/addon-view.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AddonEnable extends PlatformCommand<typeof AddonEnable> {
  static override summary = 'Switch an add-on on in one environment, through Git.'
  static override description = `Checks that it runs on the Kubernetes version and that its chart is the one that platform.lock.json or the catalogue names, writes the
environment's file and gitops/, commits, pushes, and waits until Argo CD has it synced and healthy. Before the first bootstrap it only
writes the files.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> external-dns --environment dev --yes',
    '<%= config.bin %> <%= command.id %> velero -e prod --reason "Backups" --timeout 15m',
    '<%= config.bin %> <%= command.id %> karpenter -e dev --dry-run --json',
  ]
  static override args = addonArgs
  static override flags = addonChangeFlags

  async run(): Promise<AddonChange> {
    const { enableAddon } = await import('../../lib/addons/change.js')
    const { flags } = this
    const { name } = this.args
    const base = { ports: this.ports, project: await this.project(), target: await this.target() }
    if (!flags['dry-run']) await this.confirmChange(`Enable ${name} in ${flags.environment}?`)
    const target = { name, environment: flags.environment }
    const change = await withAddons(base, { roleArn: flags['role-arn'] }, async (context) =>
      enableAddon(context, target, addonChangeOptions(flags)),
    )
    await this.printFields(addonChangeFields(change))
    for (const line of [...change.remarks, ...remainderLines(change)]) this.note(line)
    return change
  }
}
