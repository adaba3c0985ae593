import { PlatformCommand } from '../../lib/cli/base-command.js'
import type { EnvironmentEntry } from '../../lib/environments/list.js'

export default class EnvList extends PlatformCommand<typeof EnvList> {
  static override summary = 'List the environments of this repository.'
  static override description = `A hard environment has a cluster of its own; a soft one is a namespace in another environment's cluster.
Status: absent (nothing made yet), ready, incomplete (the last run did not reach its end), busy (a run is at work), unknown (the state cannot be read).`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<EnvironmentEntry[]> {
    const { listEnvironments } = await import('../../lib/environments/list.js')
    const project = await this.project()
    const entries = await listEnvironments({ ports: this.ports, project, target: await this.target() })
    await this.printTable(
      entries,
      [
        { header: 'Name', value: ({ name }) => name },
        { header: 'Role', value: ({ role }) => role },
        { header: 'Isolation', value: ({ isolation }) => isolation },
        { header: 'Host', value: ({ host }) => host },
        { header: 'Architecture', value: ({ architecture }) => architecture },
        { header: 'Status', value: ({ status }) => status },
        { header: 'Cluster', value: ({ cluster }) => cluster },
        { header: 'Account', value: ({ account }) => account },
        { header: 'Region', value: ({ region }) => region },
        { header: 'Drift', value: ({ drift }) => drift },
      ],
      'No environment yet. Next: platform env create dev',
    )
    if (project.shared.enabled) this.note('What they share: platform shared show')
    return entries
  }
}
