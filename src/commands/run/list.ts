import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import type { RunRecord } from '../../lib/core/journal.js'

export default class RunList extends PlatformCommand<typeof RunList> {
  static override summary = 'List what platform did in this repository, newest first.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --environment dev --limit 5']
  static override flags = {
    environment: Flags.string({ char: 'e', summary: 'Only runs of this environment.' }),
    limit: Flags.integer({ summary: 'Most runs to list.', default: 20, min: 1, max: 100 }),
  }

  async run(): Promise<RunRecord[]> {
    const { Journal } = await import('../../lib/core/journal.js')
    const project = await this.project()
    const records = (await new Journal(project.directory, this.ports.clock).list(this.flags.environment)).slice(0, this.flags.limit)
    await this.printTable(
      records,
      [
        { header: 'Run', value: ({ runId }) => runId },
        { header: 'Command', value: ({ command }) => command },
        { header: 'Status', value: ({ status }) => status },
        { header: 'Started', value: ({ startedAt }) => startedAt },
        { header: 'Finished', value: ({ finishedAt }) => finishedAt },
      ],
      'No run yet.',
    )
    return records
  }
}
