import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../lib/cli/base-command.js'
import { consoleColumns } from '../lib/cli/monitor-view.js'
import { consolesOfSandbox, managementApi } from '../lib/cli/management-cluster.js'
import { managementOf } from '../lib/config/management.js'
import { UserError } from '../lib/core/errors.js'
import type { Console } from '../lib/monitoring/consoles.js'

export default class ConsoleCommand extends PlatformCommand<typeof ConsoleCommand> {
  static override summary = 'Show or open the user interfaces of the management cluster.'
  static override description = `NAME is argocd, grafana, kibana, jaeger, rancher, sonarqube, or the value of the label platform/console of an Ingress or a Service of
your own. The addresses are those of the Ingresses and load balancers of the management cluster. Without a name all are listed.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> grafana --open',
    '<%= config.bin %> <%= command.id %> argocd --json',
  ]
  static override args = { name: Args.string({ description: 'Which one. Default: all are listed.' }) }
  static override flags = {
    open: Flags.boolean({ summary: 'Open it in the browser. Needs a name and a terminal.' }),
  }

  async run(): Promise<{ consoles: Console[] }> {
    const { name } = this.args
    if (this.flags.open && (name === undefined || this.jsonEnabled() || !this.ports.ask.interactive)) {
      throw new UserError('BadFlag', '--open needs a name and a terminal.', {
        reason: name === undefined ? 'No name says which one.' : 'There is no terminal, so there may be no browser either.',
        next: [`platform console ${name ?? 'grafana'}`],
      })
    }
    const { findConsoles } = await import('../lib/monitoring/consoles.js')
    const project = await this.project()
    const { cluster } = managementOf(project)
    const apiServer = managementApi({ ports: this.ports, project, target: await this.target() })
    const options = { apiServer, cluster: cluster.name, elsewhere: async () => consolesOfSandbox(this.ports, project) }
    const consoles = await findConsoles(this.ports, options, name)
    if (name === undefined) {
      await this.printTable(consoles, consoleColumns)
      return { consoles }
    }
    // The address alone, so that a script can take it.
    const url = consoles[0]?.url ?? ''
    this.print(url)
    if (this.flags.open) {
      const { openUrl } = await import('../lib/monitoring/open-url.js')
      await openUrl(this.ports, url)
    }
    return { consoles }
  }
}
