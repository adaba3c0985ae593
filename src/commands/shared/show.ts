import { PlatformCommand } from '../../lib/cli/base-command.js'
import { outputFields } from '../../lib/cli/environment-view.js'
import type { SharedDetails } from '../../lib/shared/show.js'

export default class SharedShow extends PlatformCommand<typeof SharedShow> {
  static override summary = 'Show what environments share: its state and its outputs.'
  static override description = 'Nothing is planned. Status is one of those of "env list".'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<SharedDetails> {
    const { showShared } = await import('../../lib/shared/show.js')
    const details = await showShared({ ports: this.ports, project: await this.project(), target: await this.target() })
    const { state, lastRun } = details
    await this.printFields([
      ['Name', details.name],
      ['Status', details.status],
      ['Account', `${details.account} in ${details.region}`],
      ['Protection', details.protection ? 'on' : 'off'],
      ['State', `${state.resources} resources in s3://${state.bucket}/${state.key}`],
      ['Terraform', details.folder],
      ['Last run', lastRun && `${lastRun.command}, ${lastRun.status}, ${lastRun.startedAt}`],
      ...outputFields(details.outputs),
    ])
    return details
  }
}
