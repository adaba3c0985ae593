import { PlatformCommand } from '../lib/cli/base-command.js'
import type { Check } from '../lib/tools/doctor.js'

const MARK = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const

export default class Doctor extends PlatformCommand<typeof Doctor> {
  static override summary = 'Check that this machine has what platform needs.'
  static override description = `Shows for each tool which one is used and where it came from, and how to get what is missing.
Inside a repository it also checks the configuration and, with target aws, the credentials. It changes nothing.
Exit code 1 when a check fails.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> --json' },
  ]

  async run(): Promise<{ checks: Check[] }> {
    const { doctorHere } = await import('../lib/cli/tool-commands.js')
    const { engines } = this.config.pjson as { engines?: { node?: string } }
    const result = await doctorHere(
      this.ports,
      async () => this.project(),
      async () => this.target(),
      { version: process.version, range: engines?.node ?? '*' },
    )

    await this.printTable(result.checks, [
      { header: 'Check', value: ({ id }) => id },
      { header: 'Status', value: ({ status }) => this.painted(status) },
      { header: 'Detail', value: ({ detail }) => detail },
    ])
    for (const { id, status, fix } of result.checks) {
      if (status !== 'ok' && fix !== null) this.note(`${id}: ${fix}`)
    }
    if (result.checks.some(({ status }) => status === 'fail')) this.exitWith(1)
    return result
  }

  private painted(status: Check['status']): string {
    const { green, yellow, red } = this.style
    return { ok: green, warn: yellow, fail: red }[status](MARK[status])
  }
}
