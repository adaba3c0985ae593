import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { clusterAddonColumns, clusterApplicationColumns, clusterFields, nodeGroupColumns } from '../../lib/cli/cluster-view.js'
import { roleFlag } from '../../lib/cli/cluster-flags.js'
import type { ClusterStatus } from '../../lib/clusters/status.js'

export default class ClusterStatusCommand extends PlatformCommand<typeof ClusterStatusCommand> {
  static override summary = 'Show how the cluster of an environment is: version, exposure, nodes, add-ons, applications.'
  static override description = `What EKS knows is always shown. Ready nodes, the certificate and Argo CD's applications come from the API server of the cluster, where
it can be reached from here and lets this identity in.`
  static override examples = ['<%= config.bin %> <%= command.id %> dev', '<%= config.bin %> <%= command.id %> dev --json']
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }

  static override flags = {
    'role-arn': roleFlag({
      summary: 'Role to ask the API server under. Default: that of the account in platform.yaml.',
      helpValue: '<arn>',
    }),
  }

  async run(): Promise<ClusterStatus> {
    const { clusterStatus } = await import('../../lib/clusters/status.js')
    const context = { ports: this.ports, project: await this.project(), target: await this.target() }
    const status = await clusterStatus(context, this.args.name, { roleArn: this.flags['role-arn'] })
    await this.printFields(clusterFields(status))
    this.print('')
    await this.printTable(status.nodeGroups, nodeGroupColumns, 'No node groups.')
    this.print('')
    await this.printTable(status.addons, clusterAddonColumns, 'No add-ons.')
    if (status.api.applications) {
      this.print('')
      await this.printTable(status.api.applications, clusterApplicationColumns, 'No applications.')
    }
    return status
  }
}
