import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { argumentsToResume, commandOf } from '../../lib/cli/resume-arguments.js'
import { UserError } from '../../lib/core/errors.js'

export default class RunResume extends PlatformCommand<typeof RunResume> {
  static override summary = 'Go on with the last run that did not reach its end.'
  static override description = `Runs its command again with the same options. What must be confirmed by name must be confirmed again, and a saved plan is made anew.
The result is that of the command.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> 01k9x5v3c8j4w2m6q0r7t1y9za --dry-run',
  ]
  static override args = {
    run: Args.string({ description: 'ID of the run, or name of an environment. Default: the last run of all.' }),
  }
  static override flags = {
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    confirm: Flags.string({ summary: 'Name of the environment, when a destruction is resumed.', helpValue: '<name>', helpGroup: 'CHANGE' }),
  }

  async run(): Promise<unknown> {
    const { Journal } = await import('../../lib/core/journal.js')
    const { resumableRun } = await import('../../lib/core/resumable-run.js')
    const journal = new Journal((await this.project()).directory, this.ports.clock)
    const found = resumableRun(await journal.list(), this.args.run)
    if ('nothing' in found) {
      this.note(`There is nothing to resume. ${found.nothing}`)
      return { resumed: false, reason: found.nothing }
    }
    const { runId, status } = found.record
    const words = argumentsToResume(found.record)
    const command = commandOf(words, this.config.commandIDs)
    if (!command) throw new UserError('RunNotFound', `This version has no command "${words.join(' ')}".`, { next: ['platform run list'] })
    if (this.flags['dry-run']) {
      await this.printFields([
        ['Run', runId],
        ['Status', status],
        ['Command', `platform ${words.join(' ')}`],
      ])
      return { resumed: false, runId, status, command: `platform ${words.join(' ')}` }
    }
    this.note(`Resuming run ${runId} (${status}): platform ${words.join(' ')}`)
    return this.handOver(command.id, [...command.argv, ...this.#ownFlags(command.argv)])
  }

  /** Flags of this command that the resumed one gets as well. */
  #ownFlags(given: readonly string[]): string[] {
    const { yes, confirm, quiet, color } = this.flags
    return [
      ...['-C', this.directory],
      ...(this.jsonEnabled() ? ['--json'] : []),
      ...(quiet ? ['--quiet'] : []),
      ...(color ? [] : ['--no-color']),
      ...(yes && !given.includes('--yes') && !given.includes('-y') ? ['--yes'] : []),
      ...(confirm === undefined ? [] : ['--confirm', confirm]),
    ]
  }
}
