import { Args } from '@oclif/core'
import { PlatformCommand } from '../lib/cli/base-command.js'
import { completionScript, shells, type Shell } from '../lib/cli/completion/completion.js'

export default class Completion extends PlatformCommand<typeof Completion> {
  static override summary = 'Print the completion script of a shell.'
  static override description = `Add one line to the file that your shell reads when it starts.

bash, in ~/.bashrc:   source <(platform completion bash)
zsh, in ~/.zshrc:     source <(platform completion zsh)
fish, in config.fish: platform completion fish | source
PowerShell, $PROFILE: platform completion powershell | Out-String | Invoke-Expression`

  static override examples = ['<%= config.bin %> completion bash', '<%= config.bin %> completion fish']

  static override args = {
    shell: Args.option({ options: shells })({ required: true, description: 'The shell to complete in.' }),
  }

  async run(): Promise<{ shell: Shell; script: string }> {
    const { shell } = this.args
    const script = completionScript(shell, this.config)
    this.print(script)
    return { shell, script }
  }
}
