import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { UserError } from '../../lib/core/errors.js'
import type { RunRecord } from '../../lib/core/journal.js'

export default class RunShow extends PlatformCommand<typeof RunShow> {
  static override summary = 'Show one run: its steps, how long they took and how it ended.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 01k9x5v3c8j4w2m6q0r7t1y9za',
    '<%= config.bin %> <%= command.id %> latest --json',
  ]
  static override args = { run: Args.string({ description: 'ID of the run, or "latest".', default: 'latest' }) }

  async run(): Promise<RunRecord> {
    const { Journal } = await import('../../lib/core/journal.js')
    const project = await this.project()
    const journal = new Journal(project.directory, this.ports.clock)
    const record = this.args.run === 'latest' ? (await journal.list())[0] : await journal.read(this.args.run)
    if (!record) throw new UserError('RunNotFound', `There is no run ${this.args.run}.`, { next: ['platform run list'] })
    await this.printFields([
      ['Run', record.runId],
      ['Command', record.command],
      ['Status', record.status],
      ['Started', record.startedAt],
      ['Finished', record.finishedAt],
      ['By', `${record.user}@${record.host}`],
      ['Error', record.error && `${record.error.code}: ${record.error.message}`],
    ])
    await this.printTable(record.steps, [
      { header: 'Step', value: ({ title }) => title },
      { header: 'Outcome', value: ({ outcome }) => outcome },
      { header: 'Took', value: ({ durationMs }) => `${(durationMs / 1000).toFixed(1)} s`, align: 'right' },
      { header: 'Detail', value: ({ detail }) => detail },
    ])
    return record
  }
}
