import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { historyColumns } from '../../lib/cli/state-view.js'
import type { StateHistory } from '../../lib/state/history.js'

export default class StateHistoryCommand extends PlatformCommand<typeof StateHistoryCommand> {
  static override summary = 'List the versions of the state of an environment, newest first.'
  static override description = 'The bucket keeps every version of the Terraform state. What a state holds is not shown: it may be secret.'
  static override examples = ['<%= config.bin %> <%= command.id %> dev', '<%= config.bin %> <%= command.id %> dev --limit 5 --json']
  static override args = { name: Args.string({ description: 'Name of the environment, or "shared".', required: true }) }
  static override flags = { limit: Flags.integer({ summary: 'Most versions to list.', default: 20, min: 1, max: 1000 }) }

  async run(): Promise<StateHistory> {
    const { stateHistory } = await import('../../lib/state/history.js')
    const context = { ports: this.ports, project: await this.project(), target: await this.target() }
    const history = await stateHistory(context, this.args.name, this.flags.limit)
    await this.printTable(history.versions, historyColumns, `No state yet in s3://${history.bucket}/${history.key}.`)
    if (history.versions.some(({ current }) => current)) this.note('* is the state of now. Sizes and lineages: --json')
    return history
  }
}
