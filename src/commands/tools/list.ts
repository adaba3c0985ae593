import { PlatformCommand } from '../../lib/cli/base-command.js'
import type { ToolStatus } from '../../lib/tools/list-tools.js'

export default class ToolsList extends PlatformCommand<typeof ToolsList> {
  static override summary = 'List the programs that platform calls, and where each one is found.'
  static override description = `A program is taken from PATH first, then from your cache folder. One with an unsupported version is passed over.
Nothing is installed.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<ToolStatus[]> {
    const { listToolsHere } = await import('../../lib/cli/tool-commands.js')
    const tools = await listToolsHere(this.ports, async () => this.project())
    await this.printTable(tools, [
      { header: 'Name', value: ({ name }) => name },
      { header: 'Need', value: ({ need }) => need },
      { header: 'Found', value: ({ found }) => found?.version ?? 'no' },
      { header: 'Source', value: ({ found }) => found?.source },
      { header: 'Supported', value: ({ range }) => range },
      {
        header: 'Path',
        value: ({ found, ways }) => found?.path ?? (ways.length > 0 ? `can be installed by: ${ways.join(', ')}` : undefined),
      },
    ])
    for (const { name, rejected, problem } of tools) {
      for (const { path: file, source, reason } of rejected) this.note(`${name}: ${file ?? source} is not used, because ${reason}.`)
      if (problem !== undefined) this.note(`${name}: ${problem}`)
    }
    return tools
  }
}
