import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { bootstrapContext, bootstrapOptions } from '../../lib/cli/bootstrap-context.js'
import { bootstrapFields, bootstrapApplicationColumns } from '../../lib/cli/bootstrap-view.js'
import { roleFlag } from '../../lib/cli/cluster-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { BootstrapResult } from '../../lib/clusters/bootstrap/bootstrap.js'

export default class ClusterBootstrap extends PlatformCommand<typeof ClusterBootstrap> {
  static override summary = 'Have Argo CD run a cluster from Git.'
  static override description = `The management cluster gets Argo CD, at the version and digest in platform.lock.json. Any other cluster is registered in it.
What is missing in gitops/ is written, committed and pushed to git.url; your edits stay. Then it waits until every application is synced
and healthy. Each step looks first, acts and checks the result, so running it again finishes what was interrupted.
The contexts of your kubeconfig do not count: the cluster is the one that EKS describes.
Credentials of the Git repository come from PLATFORM_GIT_USERNAME and PLATFORM_GIT_PASSWORD.`
  static override examples = [
    { description: 'The management cluster comes first', command: '<%= config.bin %> <%= command.id %> mgmt' },
    { description: 'Then the others', command: '<%= config.bin %> <%= command.id %> dev --timeout 30m' },
    { description: 'See what would be done', command: '<%= config.bin %> <%= command.id %> mgmt --dry-run' },
    {
      description: 'Under a role that may administer the cluster',
      command: '<%= config.bin %> <%= command.id %> mgmt --role-arn arn:aws:iam::111122223333:role/ops',
    },
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    ...changeFlags,
    'role-arn': roleFlag({
      summary: 'Role to work under in the cluster. Default: that of the account in platform.yaml.',
      helpValue: '<arn>',
    }),
  }

  async run(): Promise<BootstrapResult> {
    const { bootstrapCluster } = await import('../../lib/clusters/bootstrap/bootstrap.js')
    const { name } = this.args
    const context = bootstrapContext(this.ports, await this.project(), await this.target())
    const confirm = async (): Promise<void> => this.confirmChange(`Bootstrap the cluster of ${name}?`)
    const result = await bootstrapCluster(context, { ...bootstrapOptions(name, this.flags), confirm })
    await this.printFields(bootstrapFields(result))
    await this.printTable(result.applications, bootstrapApplicationColumns, 'No applications yet.')
    for (const line of result.argocd.login) this.note(line)
    return result
  }
}
