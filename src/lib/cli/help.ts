import { CommandHelp, Help, type Command } from '@oclif/core'
import { createStyle, wantsColor } from '../ui/style.js'
import { notFound } from './command-not-found.js'
import { wantsJson } from './invocation.js'
import { describeCommand, describeSurface } from './surface.js'

/** The commands that a new user needs first, in the order of their use. */
const FIRST_STEPS: ReadonlyArray<readonly [command: string, what: string]> = [
  ['doctor', 'Check this machine and say how to install what is missing'],
  ['init acme --target sandbox', 'Make a repository that works on a local AWS'],
  ['env create dev', 'Create an environment (in the repository)'],
  ['env list', 'See what there is'],
  ['env destroy dev', 'Remove it again'],
]

/** The command's own flags first, the global ones last, and in each group those with a short form first. */
class PlatformCommandHelp extends CommandHelp {
  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const shortFirst = flags.toSorted((a, b) => Number(b.char !== undefined) - Number(a.char !== undefined))
    const { mainFlags, flagGroups } = super.groupFlags(shortFirst)
    const groups = Object.entries(flagGroups).sort(([a], [b]) => Number(a === 'GLOBAL') - Number(b === 'GLOBAL'))
    return { mainFlags, flagGroups: Object.fromEntries(groups) }
  }
}

/** Help for people, or with `--json` the same facts for machines. */
export default class PlatformHelp extends Help {
  protected override CommandHelpClass = PlatformCommandHelp

  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.flatMap((word) => (word.startsWith('-') || word === 'help' ? [] : word.split(':')))
    if (words.length > 0 && !this.#commandAt(words) && !this.config.findTopic(words.join(':'))) throw notFound(words.join(' '), this.config)
    const command = this.#commandAt(words)
    // oclif hands over only the name when a topic is called without --help.
    if (!wantsJson([...argv, ...process.argv.slice(2)], process.env))
      return super.showHelp(words.length === 0 ? [] : [command?.id ?? words.join(':')])
    this.log(JSON.stringify(command ? describeCommand(command) : { commands: describeSurface(this.config, words) }, null, 2))
  }

  protected override async showRootHelp(): Promise<void> {
    const { bin } = this.config
    const { bold } = createStyle(
      wantsColor({ isTTY: process.stdout.isTTY, requested: !process.argv.includes('--no-color'), env: process.env }),
    )
    const width = Math.max(...FIRST_STEPS.map(([command]) => command.length))
    this.log(this.wrap(String(this.config.pjson.description)))
    this.log('')
    this.log(bold('FIRST STEPS'))
    for (const [command, what] of FIRST_STEPS) this.log(`  $ ${bin} ${command.padEnd(width)}   ${what}`)
    this.log('')
    this.log(this.formatTopics(this.sortedTopics.filter(({ name }) => !name.includes(':'))))
    this.log('')
    this.log(this.formatCommands(this.sortedCommands.filter(({ id }) => !id.includes(':') && !this.#isTopic(id))))
    this.log('')
    this.log(
      `${bold('MORE')}\n  $ ${bin} TOPIC --help            The commands of a topic\n  $ ${bin} TOPIC COMMAND --help    What a command does, with examples\n  $ ${bin} completion SHELL        Completion for bash, zsh, fish or PowerShell`,
    )
  }

  /** The command that the first words name; the others are its arguments. */
  #commandAt(words: readonly string[]): Command.Loadable | undefined {
    for (let length = words.length; length > 0; length -= 1) {
      const command = this.config.findCommand(words.slice(0, length).join(':'))
      if (command) return command
    }
    return undefined
  }

  #isTopic(id: string): boolean {
    return this.sortedTopics.some(({ name }) => name === id)
  }
}
