import path from 'node:path'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { applyFlags, savedPlanFlags } from '../../lib/cli/environment-flags.js'
import { createdFields, plannedFields } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import type { ApplyResult } from '../../lib/roots/apply-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class SharedApply extends PlatformCommand<typeof SharedApply> {
  static override summary = 'Bring what environments share to what platform.yaml says.'
  static override description = `Container registries, the audit trail, hosted zones and certificates, and the rules of the account, in one account.
The first "env create" does it too; later changes are applied by this command. Safe to repeat.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --yes --json',
    '<%= config.bin %> <%= command.id %> --dry-run',
  ]
  static override flags = { ...changeFlags, ...savedPlanFlags, ...applyFlags }

  async run(): Promise<ApplyResult | PlanResult> {
    const { applyShared, previewShared } = await import('../../lib/shared/shared.js')
    const context = rootContext(this.ports, await this.project(), await this.target())
    if (this.flags['dry-run']) {
      const preview = await previewShared(context, { adopt: this.flags.adopt })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    const { plan, 'plan-digest': digest, yes, wait, adopt, 'allow-replace': allowReplace = [] } = this.flags
    const savedPlan = plan === undefined ? {} : { savedPlan: { file: path.resolve(plan), ...(digest !== undefined && { digest }) } }
    const result = await applyShared(context, { yes, wait, adopt, allowReplace, ...savedPlan })
    await this.printFields(createdFields(result))
    return result
  }
}
