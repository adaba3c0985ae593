import { PlatformCommand } from '../../lib/cli/base-command.js'
import { policyContext } from '../../lib/cli/policy-context.js'
import type { PolicyList } from '../../lib/policy/list.js'

export default class PolicyListCommand extends PlatformCommand<typeof PolicyListCommand> {
  static override summary = 'List the rules that a plan must keep, and the exceptions of this repository.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<PolicyList> {
    const { listPolicies } = await import('../../lib/policy/list.js')
    const list = await listPolicies(policyContext(this.ports, await this.project()))
    await this.printTable(list.rules, [
      { header: 'Rule', value: ({ id }) => id },
      { header: 'Severity', value: ({ severity }) => severity },
      { header: 'From', value: ({ source }) => source },
      { header: 'What it asks for', value: ({ title }) => title, wraps: true },
    ])
    for (const { rule, address, owner, until, ended } of list.exceptions) {
      this.print(`Exception: ${rule} at ${address}, ${ended ? 'ended on' : 'until'} ${until}, ${owner}`)
    }
    return list
  }
}
