import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { createdFields, plannedFields } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import type { ApplyResult } from '../../lib/roots/apply-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class ClusterImport extends PlatformCommand<typeof ClusterImport> {
  static override summary = 'Make an environment of an EKS cluster that platform did not make.'
  static override description = `Writes environments/NAME.yaml with what the cluster is, and takes it into a Terraform state. Nothing of the cluster is changed: a plan that
would change it is refused. What platform adds for Argo CD is shown before. "env destroy" forgets the cluster, and leaves it as it is.
Safe to repeat: a file that exists is taken as it is, and a run that was cut short is finished by the same command.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> legacy --cluster legacy-prod',
    '<%= config.bin %> <%= command.id %> legacy --cluster legacy-prod --region eu-central-1 --dry-run',
    '<%= config.bin %> <%= command.id %> mgmt --cluster tools --role management --yes --json',
  ]
  static override args = { name: Args.string({ description: 'Name of the new environment.', required: true }) }
  static override flags = {
    ...changeFlags,
    cluster: Flags.string({ summary: 'Name of the cluster in EKS.', helpValue: '<name>', required: true }),
    role: Flags.string({
      summary: 'The cluster that watches over the others, or one for applications.',
      options: ['management', 'workload'] as const,
      default: 'workload',
    }),
    region: Flags.string({ summary: 'AWS region, if not the one of platform.yaml.', helpValue: '<region>' }),
    account: Flags.string({ summary: 'Name of the account in platform.yaml.', helpValue: '<account>' }),
  }

  async run(): Promise<ApplyResult | (PlanResult & { file: string })> {
    const { importCluster, previewImport } = await import('../../lib/clusters/import/import-cluster.js')
    const { refuseUnconfirmable } = await import('../../lib/roots/confirmation.js')
    const { cluster, region, account, yes, wait } = this.flags
    const { name } = this.args
    const context = rootContext(this.ports, await this.project(), await this.target())
    const options = { name, cluster, region, account, role: this.flags.role as 'management' | 'workload' }
    if (this.flags['dry-run']) {
      const preview = await previewImport(context, options)
      if (preview.text !== undefined) this.print(preview.text)
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    refuseUnconfirmable(this.ports, { yes, look: `platform cluster import ${name} --cluster ${cluster} --dry-run` })
    const result = await importCluster(context, { ...options, yes, wait })
    await this.printFields(createdFields(result))
    return result
  }
}
