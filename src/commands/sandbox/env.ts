import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { shells } from '../../lib/sandbox/shell-environment.js'

export default class SandboxEnv extends PlatformCommand<typeof SandboxEnv> {
  static override summary = 'Print the variables with which any AWS tool uses the local AWS.'
  static override description =
    'Starts the local AWS when it is not running. The keys are dummies; nothing of your own AWS settings is read.'
  static override examples = [
    { description: 'In this shell, then use aws or bare terraform', command: 'eval "$(<%= config.bin %> <%= command.id %>)"' },
    { description: 'fish', command: '<%= config.bin %> <%= command.id %> --shell fish | source' },
    { description: 'PowerShell', command: '<%= config.bin %> <%= command.id %> --shell powershell | Out-String | Invoke-Expression' },
  ]
  static override flags = {
    shell: Flags.option({ options: shells, default: 'sh' as const })({ summary: 'Shell to write for.' }),
  }

  async run(): Promise<{ variables: Record<string, string> }> {
    const { sandboxOf } = await import('../../lib/sandbox/used.js')
    const { startSandbox } = await import('../../lib/sandbox/start.js')
    const { sandboxVariables, toShell } = await import('../../lib/sandbox/shell-environment.js')
    const { findEmulator, kubernetesWish } = await import('../../lib/cli/target.js')

    const { directory, region, kubernetes: configured } = sandboxOf(await this.project())
    const emulator = async (): Promise<{ path: string; version: string }> => findEmulator(this.ports, directory)
    const kubernetes = kubernetesWish(this.ports, directory, configured)
    const started = await startSandbox(this.ports, { directory, region, emulator, kubernetes })
    const variables = sandboxVariables({ endpoint: started.endpoint, region })
    this.print(toShell(this.flags.shell, variables))
    return { variables }
  }
}
