import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { InstalledTool } from '../../lib/tools/install-tools.js'

export default class ToolsInstall extends PlatformCommand<typeof ToolsInstall> {
  static override summary = 'Install the programs that are missing into your cache folder.'
  static override description = `Tries in this order what the program offers: the publisher's download (checked against the publisher's checksum file),
Go, cargo, pip, a Debian package. Needs no root and changes nothing outside the cache folder. Without a name it installs everything that is required.`
  static override strict = false
  static override args = { names: Args.string({ description: 'Programs to install; see: platform tools list.', required: false }) }
  static override examples = [
    { description: 'Everything that is required', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'One program', command: '<%= config.bin %> <%= command.id %> fakecloud' },
    { description: 'See what would be done', command: '<%= config.bin %> <%= command.id %> --dry-run' },
  ]
  static override flags = { 'dry-run': changeFlags['dry-run'], yes: changeFlags.yes, timeout: changeFlags.timeout }

  async run(): Promise<InstalledTool[]> {
    const { installToolsHere } = await import('../../lib/cli/tool-commands.js')
    const { argv } = await this.parse(ToolsInstall)
    const tools = await installToolsHere(this.ports, async () => this.project(), argv.map(String), { dryRun: this.flags['dry-run'] })
    await this.printTable(tools, [
      { header: 'Name', value: ({ name }) => name },
      { header: 'Status', value: ({ status }) => status },
      { header: 'Version', value: ({ version }) => version },
      { header: 'Source', value: ({ source }) => source },
      { header: 'Path', value: ({ path }) => path },
    ])
    return tools
  }
}
