import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { TemplateDifference } from '../../lib/templates/diff.js'

export default class TemplateDiff extends PlatformCommand<typeof TemplateDiff> {
  static override summary = 'Show what was changed in the files that came from templates.'
  static override description = `Compares with the texts as platform wrote them, and prints a unified diff that "git apply -R" takes back.
Ends with exit code 0 when nothing was changed and with 2 when something was.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> dev --json']
  static override args = { name: Args.string({ description: 'Environment, or "shared". Default: all.', required: false }) }

  async run(): Promise<{ differences: TemplateDifference[] }> {
    const { diffTemplates } = await import('../../lib/templates/diff.js')
    const differences = await diffTemplates(await this.repository(), this.args.name)
    if (differences.length > 0) {
      this.print(differences.map(({ patch }) => patch.trimEnd()).join('\n'))
      this.exitWith(ExitCode.changesFound)
    } else this.note('Nothing was changed.')
    return { differences }
  }
}
