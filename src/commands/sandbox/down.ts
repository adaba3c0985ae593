import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

interface DownResult {
  status: 'stopped' | 'unchanged' | 'planned'
}

export default class SandboxDown extends PlatformCommand<typeof SandboxDown> {
  static override summary = 'Stop the local AWS of this repository.'
  static override description = 'What is in it stays on disk for the next start. To delete it, run `platform sandbox reset`.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'See whether there is anything to stop', command: '<%= config.bin %> <%= command.id %> --dry-run' },
  ]
  static override flags = { ...changeFlags }

  async run(): Promise<DownResult> {
    const { sandboxOf } = await import('../../lib/sandbox/used.js')
    const { sandboxStatus } = await import('../../lib/sandbox/status.js')
    const { stopSandbox } = await import('../../lib/sandbox/stop.js')

    const { directory } = sandboxOf(await this.project())
    if (this.flags['dry-run']) {
      const { running } = await sandboxStatus(this.ports, directory)
      this.print(running ? 'The local AWS would be stopped.' : 'The local AWS is not running.')
      return { status: running ? 'planned' : 'unchanged' }
    }
    const { stopped } = await stopSandbox(this.ports, directory)
    this.print(stopped ? 'The local AWS was stopped. What is in it stays.' : 'The local AWS was not running.')
    return { status: stopped ? 'stopped' : 'unchanged' }
  }
}
