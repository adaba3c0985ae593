import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { SHARED_NAME } from '../../lib/core/names.js'
import type { AffectedResult } from '../../lib/environments/affected.js'

/** Most reasons that a line names. All of them are in the result for --json. */
const SHOWN = 3

function shortened(reasons: readonly string[]): string {
  const rest = reasons.length - SHOWN
  return reasons.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** Without its file nothing can be destroyed. */
function goneText(name: string, commit: string): string {
  if (name === SHARED_NAME) return 'platform.yaml switches off what environments share. What it made stays until: platform shared destroy'
  const file = `environments/${name}.yaml`
  return `${file} is gone. What it made stays until you bring the file back and destroy it: git checkout ${commit.slice(0, 12)} -- ${file} && platform env destroy ${name}`
}

export default class EnvAffected extends PlatformCommand<typeof EnvAffected> {
  static override summary = 'List the environments that a Git change touches.'
  static override description = `Compares the configuration at a commit with the one in the working tree, value by value, and looks for changed files of root
modules and of the modules that they use. Uncommitted changes count.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since origin/main',
    '<%= config.bin %> <%= command.id %> --since HEAD~1 --json',
  ]
  static override flags = {
    since: Flags.string({ summary: 'Branch, tag or commit to compare with.', required: true, helpValue: '<revision>' }),
  }

  async run(): Promise<AffectedResult> {
    const { affectedEnvironments } = await import('../../lib/environments/affected.js')
    const result = await affectedEnvironments(this.ports, await this.project(), this.flags.since)
    await this.printTable(
      result.environments,
      [
        { header: 'Environment', value: ({ name }) => name },
        { header: 'Because of', value: ({ reasons }) => shortened(reasons) },
      ],
      `No environment is touched since ${this.flags.since}.`,
    )
    for (const name of result.removed) this.note(goneText(name, result.commit))
    return result
  }
}
