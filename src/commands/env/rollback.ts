import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { applyFlags } from '../../lib/cli/environment-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rollbackContext } from '../../lib/cli/rollback-context.js'
import { rootContext } from '../../lib/cli/root-context.js'
import type { RollbackResult } from '../../lib/environments/rollback/rollback.js'

export default class EnvRollback extends PlatformCommand<typeof EnvRollback> {
  static override summary = 'Bring an environment back to an earlier commit of its files.'
  static override description = `Takes its file, its root module, and what Argo CD reads of it (cluster, overlays of applications, values of add-ons) from that commit, plans,
asks and applies as "env apply" does, and makes one new commit, which is pushed where a cluster reads it. Nothing else in Git changes, and what
cannot be undone is told first. What was cut short goes on with the same command; what is declined leaves the files as they were.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev --dry-run',
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --to 1f2e3d4c --yes --json',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    to: Flags.string({
      summary: 'Commit to go back to. Default: the last one that was applied and differs from now, else the one before the last change.',
      helpValue: '<commit>',
    }),
    'allow-replace': applyFlags['allow-replace'],
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<RollbackResult> {
    const { rollbackEnvironment } = await import('../../lib/environments/rollback/rollback.js')
    const { flags } = this
    const context = rollbackContext(rootContext(this.ports, await this.project(), await this.target()), this.args.name)
    const result = await rollbackEnvironment(context, {
      name: this.args.name,
      to: flags.to,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      allowReplace: flags['allow-replace'] ?? [],
    })
    const { add, change, destroy } = result.changes
    await this.printFields([
      ['Environment', result.environment],
      ['Status', result.status],
      ['As of', result.to.slice(0, 12)],
      ['Files', result.files.length],
      ['Changes', `${add} added, ${change} changed, ${destroy} destroyed`],
      ['Commit', result.commit?.slice(0, 12)],
    ])
    if (result.branch === 'diverged') this.note('Your branch and the server have both gone on. Bring them together: git pull --rebase')
    return result
  }
}
