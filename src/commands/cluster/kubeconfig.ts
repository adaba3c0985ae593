import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { aliasFlag, roleFlag } from '../../lib/cli/cluster-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { thisProgram } from '../../lib/cli/this-program.js'
import type { KubeconfigResult } from '../../lib/clusters/kubeconfig.js'

export default class ClusterKubeconfig extends PlatformCommand<typeof ClusterKubeconfig> {
  static override summary = 'Make kubectl know the cluster of an environment, or forget it.'
  static override description = `Adds a cluster, a user and a context to the kubeconfig that kubectl reads (KUBECONFIG, or ~/.kube/config) and changes nothing else
in it. kubectl gets its tokens from "cluster token": no other tool is needed, and no secret is written.
The current context is changed only with --use, or when there is none. --remove takes out what was added.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    { description: 'And work with it from now on', command: '<%= config.bin %> <%= command.id %> dev --use' },
    {
      description: 'Under another name and a role',
      command: '<%= config.bin %> <%= command.id %> dev --alias dev-readonly --role-arn arn:aws:iam::111122223333:role/readers',
    },
    { description: 'Take it out again', command: '<%= config.bin %> <%= command.id %> dev --remove' },
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    alias: aliasFlag({ summary: 'Name of the context, cluster and user. Default: the name of the cluster.', helpValue: '<name>' }),
    kubeconfig: Flags.string({ summary: 'Change this file, instead of those that kubectl would read.', helpValue: '<file>' }),
    'role-arn': roleFlag({ summary: 'Role that kubectl works under. Default: that of the account in platform.yaml.', helpValue: '<arn>' }),
    use: Flags.boolean({ summary: 'Make it the current context.', exclusive: ['remove'] }),
    remove: Flags.boolean({ summary: 'Take out what was added for this environment, or for --alias only.', exclusive: ['role-arn'] }),
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
  }

  async run(): Promise<KubeconfigResult> {
    const { writeKubeconfig, removeFromKubeconfig } = await import('../../lib/clusters/kubeconfig.js')
    const { alias, kubeconfig, use, remove, 'role-arn': roleArn, 'dry-run': dryRun } = this.flags
    const options = {
      environment: this.args.name,
      dryRun,
      ...(alias !== undefined && { alias }),
      ...(kubeconfig !== undefined && { kubeconfig }),
    }
    const project = await this.project()
    const result = remove
      ? await removeFromKubeconfig({ ports: this.ports, project }, options)
      : await writeKubeconfig(
          { ports: this.ports, project, target: await this.target() },
          { ...options, program: thisProgram(), use, ...(roleArn !== undefined && { roleArn }) },
        )
    const { status, contexts, files, currentContext } = result
    await this.printFields([
      ['Environment', result.environment],
      ['Context', contexts.join(', ')],
      ['Kubeconfig', files.join(', ')],
      ['Status', dryRun && status !== 'unchanged' ? `would be ${status}` : status],
      ['Current context', currentContext === '' ? 'none' : currentContext],
    ])
    const [context = ''] = contexts
    if (!remove && currentContext !== context) this.note(`Use it with: kubectl --context ${context} get nodes`)
    return result
  }
}
