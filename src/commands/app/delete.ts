import { Flags } from '@oclif/core'
import type { Deletion } from '../../lib/apps/delete.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, placeFlags, reasonFlag, waitLimit } from '../../lib/cli/app-flags.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { UserError } from '../../lib/core/errors.js'

export default class AppDelete extends PlatformCommand<typeof AppDelete> {
  static override summary = 'Delete an application from Git and from its clusters.'
  static override description = `First the files go, as a commit; then Argo CD deletes what the application brought, and the application itself. --keep-resources leaves what
runs where it is. Nothing else deletes: a folder that vanishes from Git by accident takes nothing along.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --environment dev --confirm web',
    '<%= config.bin %> <%= command.id %> web --confirm web --keep-resources --json',
    '<%= config.bin %> <%= command.id %> web --dry-run',
  ]
  static override args = appArgs
  static override flags = {
    environment: Flags.string({
      char: 'e',
      summary: 'Only from this environment. Default: everywhere, with its base.',
      helpValue: '<name>',
    }),
    confirm: Flags.string({ summary: 'Name of the application, instead of typing it.', helpValue: '<name>' }),
    'keep-resources': Flags.boolean({ summary: 'Leave what runs in the cluster.' }),
    reason: reasonFlag,
    'role-arn': placeFlags['role-arn'],
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    wait: changeFlags.wait,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<Deletion> {
    const { planDeletion, deleteApp } = await import('../../lib/apps/delete.js')
    const { environment, reason, wait, timeout, 'keep-resources': keepResources, 'dry-run': dryRun } = this.flags
    const { app } = this.args
    const deletion = await withApps(await this.clusterContext(), { roleArn: this.flags['role-arn'] }, async (context) => {
      const plan = await planDeletion(context, { app, environment })
      if (!dryRun) await this.confirmName(plan.environments)
      return deleteApp(context, plan, { dryRun, keepResources, wait, timeoutMs: waitLimit(timeout), reason })
    })
    await this.printFields([
      ['Application', app],
      ['Environments', deletion.environments.join(', ')],
      ['Status', deletion.status],
      ['Files', deletion.files.join('\n')],
      ['Commit', deletion.commit],
    ])
    return deletion
  }

  private async confirmName(environments: readonly string[]): Promise<void> {
    const { app } = this.args
    const message = `Delete ${app} from ${environments.join(', ')}? Type its name:`
    const typed = this.flags.confirm ?? (await this.ports.ask.input({ message, flag: `--confirm ${app}` }))
    if (typed === app) return
    throw new UserError('NotConfirmed', `${JSON.stringify(typed)} is not the name of the application. Nothing was deleted.`, {
      next: [`platform app delete ${app} --confirm ${app}`],
    })
  }
}
