import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { bootstrapContext, bootstrapOptions } from '../../lib/cli/bootstrap-context.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { destroyedFields, plannedFields, retainedColumns } from '../../lib/cli/environment-view.js'
import { isSoft, softContext } from '../../lib/cli/soft-context.js'
import { clusterRoleFlags } from '../../lib/cli/environment-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { RootContext } from '../../lib/roots/context.js'
import type { DestroyOptions, DestroyResult } from '../../lib/roots/destroy-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class EnvDestroy extends PlatformCommand<typeof EnvDestroy> {
  static override summary = 'Destroy an environment and prove that nothing of it is left.'
  static override description = `The environment's name must be typed, or given by --confirm; --yes does not replace it. A protected environment is refused.
What AWS keeps on purpose (keys pending deletion, locked logs) is listed with the date until which it is kept.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --dry-run',
    '<%= config.bin %> <%= command.id %> dev --confirm dev --json',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    ...changeFlags,
    ...clusterRoleFlags,
    'delete-cluster': Flags.boolean({
      summary: 'Destroy a cluster that was imported too. Without it, it is forgotten and stays as it is.',
      helpGroup: 'CHANGE',
    }),
    confirm: Flags.string({ summary: 'Name of the environment, instead of typing it.', helpValue: '<name>', helpGroup: 'CHANGE' }),
  }

  async run(): Promise<DestroyResult | PlanResult> {
    const { name } = this.args
    const context = rootContext(this.ports, await this.project(), await this.target())
    const { refuseDeletion } = await import('../../lib/roots/foreign.js')
    refuseDeletion(context.project, name, this.flags['delete-cluster'])
    if (this.flags['dry-run']) {
      const { previewEnvironment } = await import('../../lib/environments/plan.js')
      const preview = await previewEnvironment(context, { name, destroy: true, deleteForeign: this.flags['delete-cluster'] })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    const { confirm, wait } = this.flags
    const soft = isSoft(context, name)
    const result = await this.destroy(context, { name, wait, ...(confirm !== undefined && { confirm }) })
    if (!wait) this.note(`Terraform is at work. Finish and prove it with the same command: platform env destroy ${name}`)
    await this.printFields(destroyedFields(result))
    if (result.retained.length > 0) {
      await this.printTable(result.retained, retainedColumns)
    }
    const files = soft
      ? `environments/${name}.yaml stays: delete it`
      : `environments/${name}.yaml and infra/environments/${name} stay: delete them`
    if (result.destroyed) this.note(`${files}, or make it again with env create.`)
    return result
  }

  private async destroy(context: RootContext, options: DestroyOptions & { name: string }): Promise<DestroyResult> {
    if (isSoft(context, options.name)) {
      const { destroySoft } = await import('../../lib/clusters/soft/destroy.js')
      return destroySoft(softContext(context, this.flags['role-arn']), options)
    }
    const { destroyEnvironment } = await import('../../lib/environments/destroy.js')
    const { Teardown } = await import('../../lib/clusters/teardown/teardown-steps.js')
    const { ports, project, target } = context
    const deleteForeign = this.flags['delete-cluster']
    const keepsCluster = project.environments.get(options.name)?.existing !== undefined && !deleteForeign
    const teardown = new Teardown(bootstrapContext(ports, project, target), { ...bootstrapOptions(options.name, this.flags), keepsCluster })
    return destroyEnvironment(context, { ...options, deleteForeign, inCluster: teardown.steps }).finally(() => teardown.close())
  }
}
