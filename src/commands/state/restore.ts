import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { RestoreResult } from '../../lib/state/restore.js'

export default class StateRestore extends PlatformCommand<typeof StateRestore> {
  static override summary = 'Make an earlier version of the state of an environment the state again.'
  static override description = `Shows first what a plan with that version would do. Nothing but the state is changed, and the newer versions stay in the bucket:
restoring one of them takes it back.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev --version 3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
    '<%= config.bin %> <%= command.id %> dev --version 3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY --dry-run',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment, or "shared".', required: true }) }
  static override flags = {
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
    version: Flags.string({ summary: 'Version, as "state history" shows it.', required: true, helpValue: '<id>' }),
  }

  async run(): Promise<RestoreResult> {
    const { restoreState } = await import('../../lib/state/restore.js')
    const { 'dry-run': dryRun, yes, version } = this.flags
    const context = rootContext(this.ports, await this.project(), await this.target())
    const result = await restoreState(context, { root: this.args.name, versionId: version, yes, dryRun })
    const { root, changes, status } = result
    if (dryRun) await this.printPlan({ environment: root, changes, resources: result.planned })
    await this.printFields([
      ['Root', root],
      ['Status', status === 'planned' ? 'would be restored' : status],
      ['Version', result.versionId],
      ['Serial', result.serial],
      ['Resources', result.resources],
    ])
    if (status === 'restored') this.note(`Nothing in AWS was changed. See what differs now: platform env plan ${root}`)
    return result
  }
}
