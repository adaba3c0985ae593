import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { roleFlag } from '../../lib/cli/cluster-flags.js'
import { printDrift, printDriftNews } from '../../lib/cli/drift-view.js'
import { fleetFlags, reportFileOf, toFleetOptions, toSelection } from '../../lib/cli/fleet-flags.js'
import { changeFlags, durationFlag } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { UserError } from '../../lib/core/errors.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { DriftResult } from '../../lib/environments/fleet/drift-fleet.js'
import type { Selection } from '../../lib/environments/fleet/members.js'
import type { RootContext } from '../../lib/roots/context.js'

export default class EnvDrift extends PlatformCommand<typeof EnvDrift> {
  static override summary = 'Tell what is not as Terraform and Git say.'
  static override description = `Compares Terraform's state with AWS, looks for resources with the tags of the environment that are in no state, and compares clusters with
Git by what Argo CD says of their applications. Each finding tells the attribute, its value before and after, and who changed it, as far as
CloudTrail knows. Nothing is changed. An application that waits for its manual sync is pending, which is no drift. Ends with exit code 0 when all
is as it was left, with 2 when something has drifted, and with 4 when a part of several environments could not be compared.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> --all --json',
    '<%= config.bin %> <%= command.id %> --all --markdown > drift.md',
    '<%= config.bin %> <%= command.id %> --all --watch --interval 10m',
  ]
  static override flags = {
    timeout: changeFlags.timeout,
    markdown: Flags.boolean({ summary: 'Print the result as Markdown, for a pull request.' }),
    watch: Flags.boolean({
      summary: 'Compare again and again, and print what changes, until it is stopped.',
      exclusive: ['markdown', 'report-file'],
    }),
    interval: durationFlag({
      summary: 'With --watch: how long to wait between two comparisons, 10s at least. Default: 5m.',
      dependsOn: ['watch'],
    }),
    'role-arn': roleFlag({ summary: 'Role that asks Argo CD. Default: that of the account in platform.yaml.', helpValue: '<arn>' }),
    ...fleetFlags,
  }
  static override args = { name: Args.string({ description: 'Name of the environment.' }) }

  async run(): Promise<DriftResult> {
    const selection = toSelection('platform env drift', this.args.name, this.flags)
    const { watch, markdown } = this.flags
    if (watch && this.jsonEnabled()) {
      throw new UserError('BadFlag', '--watch prints one table after another, and --json one document.', {
        next: ['platform env drift --all --json', 'platform env drift --all --watch'],
      })
    }
    const context = rootContext(this.ports, await this.project(), await this.target())
    const view = { printReport: this.printReport.bind(this), print: this.print.bind(this), note: this.note.bind(this) }
    const result = watch
      ? await this.watchMany(context, 'one' in selection ? { names: [selection.one] } : selection.many, view)
      : await this.compare(context, selection)
    if (!watch) await printDrift(view, result, { markdown, file: reportFileOf(this.flags) })
    this.exitWith(await exitCodeOf(result))
    return result
  }

  private async compare(context: RootContext, selection: { one: string } | { many: Selection }): Promise<DriftResult> {
    const { driftFleet, driftOfOne } = await import('../../lib/environments/fleet/drift-fleet.js')
    const { gitOpsComparison } = await import('../../lib/environments/fleet/argocd-drift.js')
    const { gitOpsSource } = await import('../../lib/cli/drift-sources.js')
    const gitOps = gitOpsComparison(context.project, gitOpsSource(context, this.flags['role-arn']))
    return 'one' in selection
      ? driftOfOne(context, selection.one, gitOps)
      : driftFleet(context, selection.many, { ...toFleetOptions(this.flags), gitOps })
  }

  private async watchMany(context: RootContext, many: Selection, view: Parameters<typeof printDrift>[0]): Promise<DriftResult> {
    const { watchDrift } = await import('../../lib/environments/fleet/watch-drift.js')
    return watchDrift(this.ports, {
      everyMs: Math.max(10_000, this.flags.interval ?? 300_000),
      check: async () => this.compare(context, { many }),
      onFirst: async (result) => printDrift(view, result, { markdown: false, file: undefined }),
      onNews: async (news) => printDriftNews((rows, columns) => this.printTable(rows, columns), news),
    })
  }
}

async function exitCodeOf({ environments }: DriftResult): Promise<ExitCode> {
  const { fleetExitCode } = await import('../../lib/environments/fleet/result.js')
  const failed = environments.filter(({ error, unanswered }) => error !== undefined || unanswered === true).length
  const skipped = environments.filter(({ skipped: left }) => left === true).length
  const code = fleetExitCode({ total: environments.length, failed, skipped })
  return code === ExitCode.done && environments.some(({ verdict }) => verdict === 'drifted') ? ExitCode.changesFound : code
}
