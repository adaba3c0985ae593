import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { UserError } from '../../lib/core/errors.js'
import type { LogLine, LogSource } from '../../lib/sandbox/logs.js'

const SOURCES = ['gateway', 'emulator', 'clusters', 'supervisor'] as const satisfies readonly LogSource[]

export default class SandboxLogs extends PlatformCommand<typeof SandboxLogs> {
  static override summary = 'Show the logs of the local AWS.'
  static override description = `gateway: one line for each call, with what platform did to it in brackets. emulator: what the emulator says.
clusters: what was done to the Kubernetes clusters; each of their programs has a log of its own in .platform/sandbox/logs/clusters.
supervisor: defects of the process that keeps both running.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'Watch the calls of a Terraform run', command: '<%= config.bin %> <%= command.id %> --source gateway --follow' },
    { description: 'More lines, for a bug report', command: '<%= config.bin %> <%= command.id %> --lines 500 --json' },
  ]
  static override flags = {
    lines: Flags.integer({ char: 'n', summary: 'Lines of each log.', default: 50, min: 0, max: 100_000 }),
    follow: Flags.boolean({ char: 'f', summary: 'Go on with new lines until Ctrl-C.' }),
    source: Flags.option({ options: SOURCES, multiple: true })({ summary: 'Only this log. May be given more than once.' }),
  }

  async run(): Promise<LogLine[]> {
    const { sandboxOf } = await import('../../lib/sandbox/used.js')
    const { followSandboxLogs, sandboxLogs } = await import('../../lib/sandbox/logs.js')

    const { follow, lines, source } = this.flags
    if (follow && this.jsonEnabled()) {
      throw new UserError('BadFlag', '--follow never ends, so there is no JSON document to print.', {
        next: ['Leave out --follow or --json.'],
      })
    }
    const { directory } = sandboxOf(await this.project())
    const sources = { ...(source && { sources: source }) }
    const show = ({ source: from, text }: LogLine): void => this.print(`${this.style.dim(from.padEnd(10))}  ${text}`)
    const found = await sandboxLogs(directory, { lines, ...sources })
    found.forEach(show)
    if (follow) await followSandboxLogs(this.ports, directory, { ...sources, onLine: show })
    else if (found.length === 0) this.note('There are no logs. The local AWS has not run here.')
    return found
  }
}
