import { Args, Flags } from '@oclif/core'
import path from 'node:path'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { applyFlags } from '../../lib/cli/environment-flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { createdFields, plannedFields } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { ApplyResult } from '../../lib/roots/apply-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class EnvApply extends PlatformCommand<typeof EnvApply> {
  static override summary = 'Bring an existing environment to what its file says.'
  static override description = 'Plans, asks and applies. With --plan, exactly the plan that "env plan" saved is applied.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --yes --json',
    '<%= config.bin %> <%= command.id %> dev --plan plan.tfplan --plan-digest sha256:0a1b…',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    ...changeFlags,
    plan: Flags.file({ summary: 'Plan file of "env plan" to apply.', exists: true, helpValue: '<file>', exclusive: ['dry-run'] }),
    'plan-digest': Flags.string({ summary: 'Digest that the plan file must have.', dependsOn: ['plan'], helpValue: '<sha256:…>' }),
    ...applyFlags,
  }

  async run(): Promise<ApplyResult | PlanResult> {
    const { name } = this.args
    const context = rootContext(this.ports, await this.project(), await this.target())
    if (this.flags['dry-run']) {
      const { previewEnvironment } = await import('../../lib/environments/plan.js')
      const preview = await previewEnvironment(context, { name, adopt: this.flags.adopt })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    const { createEnvironment } = await import('../../lib/environments/create.js')
    const { plan, 'plan-digest': digest } = this.flags
    const result = await createEnvironment(context, {
      name,
      command: 'env apply',
      yes: this.flags.yes,
      wait: this.flags.wait,
      allowReplace: this.flags['allow-replace'] ?? [],
      adopt: this.flags.adopt,
      ...(plan !== undefined && { savedPlan: { file: path.resolve(plan), ...(digest !== undefined && { digest }) } }),
    })
    await this.printFields(createdFields(result))
    return result
  }
}
