import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { bootstrapContext, bootstrapOptions } from '../../lib/cli/bootstrap-context.js'
import { bootstrapFields } from '../../lib/cli/bootstrap-view.js'
import { roleFlag } from '../../lib/cli/cluster-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { BootstrapResult } from '../../lib/clusters/bootstrap/bootstrap.js'

export default class ClusterRegister extends PlatformCommand<typeof ClusterRegister> {
  static override summary = 'Make the cluster of an environment known to Argo CD in the management cluster.'
  static override description = `Writes gitops/clusters/NAME/cluster.yaml, commits and pushes it, and applies it. It holds no secret: Argo CD takes a role.
"cluster bootstrap" does the same and waits until the add-ons of the cluster are healthy.`
  static override examples = ['<%= config.bin %> <%= command.id %> dev', '<%= config.bin %> <%= command.id %> dev --dry-run']
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
    'role-arn': roleFlag({
      summary: 'Role to work under in the clusters. Default: that of the account in platform.yaml.',
      helpValue: '<arn>',
    }),
  }

  async run(): Promise<BootstrapResult> {
    const { registerCluster } = await import('../../lib/clusters/bootstrap/bootstrap.js')
    const context = bootstrapContext(this.ports, await this.project(), await this.target())
    const { name } = this.args
    const confirm = async (): Promise<void> => this.confirmChange(`Make the cluster of ${name} known to Argo CD?`)
    const result = await registerCluster(context, { ...bootstrapOptions(name, this.flags), confirm })
    await this.printFields(bootstrapFields(result))
    return result
  }
}
