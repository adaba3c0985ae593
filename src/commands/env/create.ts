import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { applyFlags, clusterRoleFlags, environmentFileFlags, toFileOptions } from '../../lib/cli/environment-flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { makeEnvironment } from '../../lib/cli/make-environment.js'
import { createdFields, plannedFields } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { ApplyResult } from '../../lib/roots/apply-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class EnvCreate extends PlatformCommand<typeof EnvCreate> {
  static override summary = 'Create an environment and everything it runs on.'
  static override description = `Without environments/NAME.yaml the file is written first, from the flags or by asking; from then on the file decides.
Safe to repeat: a second run says "unchanged", and a run that was cut short is finished by running the same command again.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --preset small --yes',
    '<%= config.bin %> <%= command.id %> prod --preset production --region eu-west-1 --dry-run',
    '<%= config.bin %> <%= command.id %> mgmt --role management --json --yes',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    ...environmentFileFlags,
    ...changeFlags,
    ...applyFlags,
    ...clusterRoleFlags,
  }

  /** A new environment always has something to confirm: say so before its file is written. */
  private async refuseLateQuestion(name: string): Promise<void> {
    if (this.flags.yes || this.ports.ask.interactive || (await this.project()).environments.has(name)) return
    // What cannot be made is not worth a question.
    const { ensureEnvironmentFile } = await import('../../lib/config/ensure-environment.js')
    await ensureEnvironmentFile(this.ports, await this.project(), name, toFileOptions(this.flags), { dryRun: true, yes: true })
    await this.confirmChange(`Create ${name}?`)
  }

  async run(): Promise<ApplyResult | PlanResult> {
    const { ensureEnvironmentFile } = await import('../../lib/config/ensure-environment.js')
    const { refuseUnsupported } = await import('../../lib/roots/environment-root.js')
    const { name } = this.args
    const dryRun = this.flags['dry-run']
    const { architecture } = (await this.project()).platform
    refuseUnsupported({ name, architecture })
    if (!dryRun) await this.refuseLateQuestion(name)
    const { project, created } = await ensureEnvironmentFile(this.ports, await this.project(), name, toFileOptions(this.flags), {
      dryRun,
      yes: this.flags.yes,
    })
    if (created && !dryRun) this.note(`Wrote environments/${name}.yaml`)
    const context = rootContext(this.ports, project, await this.target())
    if (dryRun) {
      const { previewEnvironment } = await import('../../lib/environments/plan.js')
      const preview = await previewEnvironment(context, { name, adopt: this.flags.adopt })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return preview
    }
    const result = await makeEnvironment(
      context,
      {
        name,
        command: 'env create',
        yes: this.flags.yes,
        wait: this.flags.wait,
        allowReplace: this.flags['allow-replace'] ?? [],
        adopt: this.flags.adopt,
      },
      this.flags['role-arn'],
    )
    await this.printFields(createdFields(result))
    return result
  }
}
