import { Args, loadHelpClass } from '@oclif/core'
import { PlatformCommand } from '../lib/cli/base-command.js'

export default class HelpCommand extends PlatformCommand<typeof HelpCommand> {
  static override summary = 'Show help for a topic or a command.'
  static override examples = ['<%= config.bin %> help', '<%= config.bin %> help env', '<%= config.bin %> help env create']
  static override strict = false
  static override args = { command: Args.string({ description: 'The words of the command.' }) }

  async run(): Promise<void> {
    const Help = await loadHelpClass(this.config)
    await new Help(this.config, this.config.pjson.oclif.helpOptions).showHelp(['help', ...this.argv])
  }
}
