import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { roleFlag } from '../../lib/cli/cluster-flags.js'
import { fleetFlags, reportFileOf, toFleetOptions, toSelection } from '../../lib/cli/fleet-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { DriftResult } from '../../lib/environments/fleet/drift-fleet.js'

export default class EnvDrift extends PlatformCommand<typeof EnvDrift> {
  static override summary = 'Tell what is not as Terraform and Git say.'
  static override description = `Compares Terraform's state with AWS, and clusters with Git by what Argo CD says of their applications, and changes nothing. An application
that waits for its manual sync is pending, which is no drift. Ends with exit code 0 when all is as it was left, with 2 when something has drifted,
and with 4 when a part of several environments could not be compared.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> --all --json',
    '<%= config.bin %> <%= command.id %> --all --report-file drift.md',
  ]
  static override flags = {
    timeout: changeFlags.timeout,
    'role-arn': roleFlag({ summary: 'Role that asks Argo CD. Default: that of the account in platform.yaml.', helpValue: '<arn>' }),
    ...fleetFlags,
  }
  static override args = { name: Args.string({ description: 'Name of the environment.' }) }

  async run(): Promise<DriftResult> {
    const selection = toSelection('platform env drift', this.args.name, this.flags)
    const { driftFleet, driftOfOne } = await import('../../lib/environments/fleet/drift-fleet.js')
    const { driftTable } = await import('../../lib/environments/fleet/tables.js')
    const { fleetExitCode } = await import('../../lib/environments/fleet/result.js')
    const { gitOpsComparison } = await import('../../lib/environments/fleet/argocd-drift.js')
    const { gitOpsSource } = await import('../../lib/cli/drift-sources.js')
    const context = rootContext(this.ports, await this.project(), await this.target())
    const gitOps = gitOpsComparison(context.project, gitOpsSource(context, this.flags['role-arn']))
    const result = await ('one' in selection
      ? driftOfOne(context, selection.one, gitOps)
      : driftFleet(context, selection.many, { ...toFleetOptions(this.flags), gitOps }))
    await this.printReport(driftTable('Drift', result), result, reportFileOf(this.flags))
    for (const { name, error } of result.environments) for (const next of error?.next ?? []) this.note(`Next for ${name}: ${next}`)
    const failed = result.environments.filter(({ error, unanswered }) => error !== undefined || unanswered === true).length
    const skipped = result.environments.filter(({ skipped: left }) => left === true).length
    const drifted = result.environments.some(({ verdict }) => verdict === 'drifted')
    const code = fleetExitCode({ total: result.environments.length, failed, skipped })
    this.exitWith(code === ExitCode.done && drifted ? ExitCode.changesFound : code)
    return result
  }
}
