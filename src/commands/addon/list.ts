import { Flags } from '@oclif/core'
import type { AddonList } from '../../lib/addons/list.js'
import { withAddons } from '../../lib/cli/addon-context.js'
import { addonColumns } from '../../lib/cli/addon-view.js'
import { placeFlags } from '../../lib/cli/app-flags.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'

export default class AddonListCommand extends PlatformCommand<typeof AddonListCommand> {
  static override summary = 'Show the add-ons that clusters can have, where they are enabled, and how they are.'
  static override description = `What is enabled comes from the files of the environments and the catalogue. How it is in a cluster comes from Argo CD; where that cannot be
reached, it is unknown, and the reason is told.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --environment dev',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    environment: Flags.string({ char: 'e', summary: 'Only those that this environment can have.', helpValue: '<name>' }),
    'role-arn': placeFlags['role-arn'],
  }

  async run(): Promise<AddonList> {
    const { listAddons } = await import('../../lib/addons/list.js')
    const { environment, 'role-arn': roleArn } = this.flags
    const base = { ports: this.ports, project: await this.project(), target: await this.target() }
    const list = await withAddons(base, { roleArn }, async (context) => listAddons(context, { environment }))
    await this.printTable(list.addons, addonColumns)
    if (list.unknown !== null) this.note(`The state in the clusters is not known: ${list.unknown}`)
    return list
  }
}
