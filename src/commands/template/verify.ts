import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import type { VerifyResult } from '../../lib/templates/verify.js'

export default class TemplateVerify extends PlatformCommand<typeof TemplateVerify> {
  static override summary = 'Check that what came from templates was not tampered with.'
  static override description = `The templates of that version, platform.lock.json and the copies in infra/.templates must agree about each file.
A file that you edited is no finding, unless --strict is given. Ends with exit code 3 when there is a finding.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --strict --json']
  static override flags = {
    strict: Flags.boolean({
      summary: 'Every edited, added or missing file is a finding too, for repositories in which nobody edits them.',
      env: 'PLATFORM_STRICT',
    }),
  }

  async run(): Promise<VerifyResult> {
    const { verifyTemplates } = await import('../../lib/templates/verify.js')
    const result = await verifyTemplates(await this.repository(), { strict: this.flags.strict })
    const edited = result.edited.length === 0 ? '' : `, ${result.edited.length} of them edited`
    this.print(`${result.files} files are in order${edited}.`)
    return result
  }
}
