import { Help } from '@oclif/core'
import { createStyle, wantsColor } from '../ui/style.js'
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

/** Help for people, or with `--json` the same facts for machines. */
export default class PlatformHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    if (!wantsJson(argv, process.env)) return super.showHelp(argv)
    const words = argv.filter((word) => !word.startsWith('-') && word !== 'help')
    const command = this.config.findCommand(words.join(':'))
    const text = command ? describeCommand(command) : { commands: describeSurface(this.config, words) }
    this.log(JSON.stringify(text, null, 2))
  }

  protected override async showRootHelp(): Promise<void> {
    const { bin } = this.config
    const { bold } = createStyle(wantsColor({ isTTY: process.stdout.isTTY, requested: !process.argv.includes('--no-color'), env: process.env }))
    const width = Math.max(...FIRST_STEPS.map(([command]) => command.length))
    this.log(String(this.config.pjson.description))
    this.log('')
    this.log(bold('FIRST STEPS'))
    for (const [command, what] of FIRST_STEPS) this.log(`  $ ${bin} ${command.padEnd(width)}   ${what}`)
    this.log('')
    this.log(this.formatTopics(this.sortedTopics.filter(({ name }) => !name.includes(':'))))
    this.log('')
    this.log(this.formatCommands(this.sortedCommands.filter(({ id }) => !id.includes(':') && !this.#isTopic(id))))
    this.log('')
    this.log(`${bold('MORE')}\n  $ ${bin} TOPIC --help            The commands of a topic\n  $ ${bin} TOPIC COMMAND --help    What a command does, with examples\n  $ ${bin} completion SHELL        Completion for bash, zsh, fish or PowerShell`)
  }

  #isTopic(id: string): boolean {
    return this.sortedTopics.some(({ name }) => name === id)
  }
}
