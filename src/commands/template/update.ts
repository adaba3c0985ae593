import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { UserError } from '../../lib/core/errors.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { TemplateUpdate as Result } from '../../lib/templates/update/update.js'

export default class TemplateUpdate extends PlatformCommand<typeof TemplateUpdate> {
  static override summary = 'Bring environments to newer templates, and keep what you changed in them.'
  static override description = `Merges three ways: the text as platform wrote it, yours, and the new one. Where both changed the same lines, both stay
between conflict markers, the exit code is 3, and nothing can be planned until you have resolved them. Only files are changed:
look at them, then run "env plan" or "shared plan". Modules go to a folder of their new version, so other environments stay as they are.`
  static override strict = false
  static override args = { names: Args.string({ description: 'Environments, or "shared".', required: false }) }
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev --dry-run',
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> --all --yes --json',
    { description: 'In CI: exit code 3 when newer templates are there', command: '<%= config.bin %> <%= command.id %> --all --check' },
  ]
  static override flags = {
    all: Flags.boolean({ summary: 'Every environment, and what they share.' }),
    to: Flags.string({ summary: 'Version of the templates. Default: the newest of this platform.', helpValue: '<version>' }),
    check: Flags.boolean({ summary: 'Change nothing; end with exit code 3 when there is something to update.', exclusive: ['dry-run'] }),
    'allow-uncommitted': Flags.boolean({ summary: 'Go on although edited files are not committed.', helpGroup: 'CHANGE' }),
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
  }

  async run(): Promise<Result> {
    const { argv } = await this.parse(TemplateUpdate)
    const names = argv.map(String)
    const { all, check, to } = this.flags
    // A flag that was not given is undefined, whatever its type says.
    if (!all === (names.length === 0)) throw oneOf(names.length > 0)
    const { updateTemplates } = await import('../../lib/templates/update/update.js')
    const look = check || this.flags['dry-run']
    const result = await updateTemplates(this.ports, await this.repository(), {
      ...{ roots: all ? 'all' : names, to, look, allowUncommitted: this.flags['allow-uncommitted'] },
      confirm: async (update) => {
        await this.show(update)
        await this.confirmChange(`Update ${update.roots.map(({ name }) => name).join(', ')} to templates ${update.to}?`)
      },
    })
    if (look) await this.show(result)
    if (result.status === 'unchanged') this.print(`Up to date with templates ${result.to}.`)
    else if (!look) await this.tellNext(result)
    if ((check && result.status !== 'unchanged') || (!look && result.status === 'conflicts')) this.exitWith(ExitCode.refused)
    return result
  }

  private async tellNext(update: Result): Promise<void> {
    const { nextPlans } = await import('../../lib/cli/template-view.js')
    this.print(`Updated to templates ${update.to}. Next: look at the changes in Git, then ${nextPlans(update)}.`)
  }

  private async show(update: Result): Promise<void> {
    const { updateText } = await import('../../lib/cli/template-view.js')
    const text = updateText(update)
    if (text !== '') this.print(text)
  }
}

function oneOf(all: boolean): UserError {
  const message = all ? 'Give names or --all, not both.' : 'Which environments? Give their names, or --all.'
  return new UserError('BadFlag', message, { next: ['platform template list', 'platform template update --help'] })
}
