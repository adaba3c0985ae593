import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { bootstrapContext, bootstrapOptions } from '../../lib/cli/bootstrap-context.js'
import { roleFlag } from '../../lib/cli/cluster-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { UnregisterResult } from '../../lib/clusters/bootstrap/unregister.js'

export default class ClusterUnregister extends PlatformCommand<typeof ClusterUnregister> {
  static override summary = 'Make Argo CD forget the cluster of an environment. What runs there stays.'
  static override description = `Removes gitops/clusters/NAME/cluster.yaml from Git and the cluster from Argo CD. Applications and add-ons go on running in the
cluster, and nobody keeps them as Git says any more. "cluster register" takes it back. The cluster itself is not asked: it may be gone.`
  static override examples = ['<%= config.bin %> <%= command.id %> dev', '<%= config.bin %> <%= command.id %> dev --dry-run']
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
    'role-arn': roleFlag({
      summary: 'Role to work under in the management cluster. Default: that of the account in platform.yaml.',
      helpValue: '<arn>',
    }),
  }

  async run(): Promise<UnregisterResult> {
    const { unregisterCluster } = await import('../../lib/clusters/bootstrap/unregister.js')
    const { name } = this.args
    const context = bootstrapContext(this.ports, await this.project(), await this.target())
    const confirm = async (): Promise<void> => this.confirmChange(`Make Argo CD forget the cluster of ${name}?`)
    const result = await unregisterCluster(context, { ...bootstrapOptions(name, this.flags), confirm })
    await this.printFields([
      ['Environment', result.environment],
      ['Status', result.status],
      ['Left as they are', result.kept.length === 0 ? 'no applications' : result.kept.join(', ')],
    ])
    return result
  }
}
