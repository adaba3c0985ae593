import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { ReleaseResult } from '../../lib/state/release-lock.js'

export default class LockRelease extends PlatformCommand<typeof LockRelease> {
  static override summary = 'Release the state lock of an environment after its id was named.'
  static override description = `For a lock whose holder is dead and that the next run does not release by itself. The id must be given by --id, or typed;
--yes does not replace it. Exactly this lock is released: when another run holds it by then, nothing happens.
Refused while a run of this repository is at work.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev --id 4be487ba-05d6-fdaf-2cbc-570af02eb03a',
    '<%= config.bin %> <%= command.id %> dev --dry-run',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment, or "shared".', required: true }) }
  static override flags = {
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    id: Flags.string({ summary: 'ID of the lock, as "lock list" shows it.', helpValue: '<id>', helpGroup: 'CHANGE' }),
  }

  async run(): Promise<ReleaseResult> {
    const { releaseLock } = await import('../../lib/state/release-lock.js')
    const { id, 'dry-run': dryRun } = this.flags
    const context = { ports: this.ports, project: await this.project(), target: await this.target() }
    const result = await releaseLock(context, { root: this.args.name, dryRun, ...(id !== undefined && { id }) })
    await this.printFields([
      ['Root', result.root],
      ['Lock', result.id],
      ['Held by', `${result.user}@${result.host}, ${result.holder}`],
      ['Operation', result.operation],
      ['Since', result.since],
      ['Status', result.released ? 'released' : 'would be released'],
    ])
    return result
  }
}
