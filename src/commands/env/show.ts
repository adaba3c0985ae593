import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { outputFields } from '../../lib/cli/environment-view.js'
import type { EnvironmentDetails } from '../../lib/environments/show.js'

export default class EnvShow extends PlatformCommand<typeof EnvShow> {
  static override summary = 'Show one environment: its file, its state and its cluster.'
  static override examples = ['<%= config.bin %> <%= command.id %> dev', '<%= config.bin %> <%= command.id %> dev --json']
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }

  async run(): Promise<EnvironmentDetails> {
    const { showEnvironment } = await import('../../lib/environments/show.js')
    const details = await showEnvironment({ ports: this.ports, project: await this.project(), target: await this.target() }, this.args.name)
    const { kubernetes, network, state, lastRun } = details
    await this.printFields([
      ['Name', details.name],
      ['Role', details.role],
      ['Isolation', details.isolation],
      ...(details.host === null ? [] : ([['Host', details.host]] as const)),
      ...(details.namespaces ? ([['Namespaces', details.namespaces.join(', ')]] as const) : []),
      ['Architecture', details.architecture],
      ['Preset', details.preset],
      ['Status', details.status],
      ['Account', `${details.account} in ${details.region}`],
      ['Protection', details.protection ? 'on' : 'off'],
      ['Cluster', `${details.cluster}, Kubernetes ${kubernetes.version}, ${kubernetes.status}`],
      ['Network', `${network.cidr}, ${network.zones} zones, NAT ${network.nat}`],
      ['State', `${state.resources} resources in s3://${state.bucket}/${state.key}`],
      ['Terraform', details.folder],
      ['Last run', lastRun && `${lastRun.command}, ${lastRun.status}, ${lastRun.startedAt}`],
      ...outputFields(details.outputs),
    ])
    return details
  }
}
