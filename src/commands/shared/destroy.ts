import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { destroyedFields, plannedFields, retainedColumns } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import type { DestroyResult } from '../../lib/roots/destroy-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class SharedDestroy extends PlatformCommand<typeof SharedDestroy> {
  static override summary = 'Destroy what environments share, and name what AWS keeps.'
  static override description = `The word "shared" must be typed, or given by --confirm; --yes does not replace it. Refused while "shared.protection" is on.
What the object lock of the audit trail, or a key pending deletion, keeps is listed with its date. Destroy the environments first.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --confirm shared --json',
  ]
  static override flags = {
    ...changeFlags,
    confirm: Flags.string({ summary: 'The word "shared", instead of typing it.', helpValue: '<name>', helpGroup: 'CHANGE' }),
  }

  async run(): Promise<DestroyResult | PlanResult> {
    const { destroyShared, previewShared } = await import('../../lib/shared/shared.js')
    const context = rootContext(this.ports, await this.project(), await this.target())
    if (this.flags['dry-run']) {
      const preview = await previewShared(context, { destroy: true })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    const { confirm, wait } = this.flags
    const result = await destroyShared(context, { wait, ...(confirm !== undefined && { confirm }) })
    if (!wait) this.note('Terraform is at work. Finish and prove it with the same command: platform shared destroy')
    await this.printFields(destroyedFields(result))
    if (result.retained.length > 0) await this.printTable(result.retained, retainedColumns)
    return result
  }
}
