import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

interface ResetResult {
  status: 'reset' | 'unchanged' | 'planned'
}

export default class SandboxReset extends PlatformCommand<typeof SandboxReset> {
  static override summary = 'Stop the local AWS and delete everything in it.'
  static override description = `Environments, state and buckets of the local AWS are gone afterwards. Files of the repository are not touched, and the
endpoint stays the same. Asks first; without a terminal, give --yes.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'In a script', command: '<%= config.bin %> <%= command.id %> --yes' },
    { description: 'See what would be deleted', command: '<%= config.bin %> <%= command.id %> --dry-run' },
  ]
  static override flags = { ...changeFlags }

  async run(): Promise<ResetResult> {
    const { sandboxOf } = await import('../../lib/sandbox/used.js')
    const { resetSandbox } = await import('../../lib/sandbox/stop.js')

    const { directory } = sandboxOf(await this.project())
    if (this.flags['dry-run']) {
      this.print('Everything in the local AWS of this repository would be deleted (.platform/sandbox/data).')
      return { status: 'planned' }
    }
    await this.confirmChange('Delete everything in the local AWS of this repository?')
    const { reset } = await resetSandbox(this.ports, directory)
    this.print(reset ? 'The local AWS is stopped and empty.' : 'There is no local AWS in this repository.')
    return { status: reset ? 'reset' : 'unchanged' }
  }
}
