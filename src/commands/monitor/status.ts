import { Args } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { managementApi } from '../../lib/cli/management-cluster.js'
import { monitorLines } from '../../lib/cli/monitor-view.js'
import { prometheusUrlFlag } from '../../lib/cli/monitor-flags.js'
import { managementOf } from '../../lib/config/management.js'
import { ExitCode } from '../../lib/core/exit-codes.js'
import type { Prometheus } from '../../lib/monitoring/prometheus.js'
import type { MonitorStatus } from '../../lib/monitoring/status.js'

export default class MonitorStatusCommand extends PlatformCommand<typeof MonitorStatusCommand> {
  static override summary = 'Show which alerts fire: fleet, environment, level, alert.'
  static override description = `Asks the Prometheus of the management cluster, through the API server of that cluster and with the rights of the caller.
Ends with exit code 0 when nothing fires and with 3 when something does. Alerts that only wait for their time to be over count as nothing.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> prod --json',
    '<%= config.bin %> <%= command.id %> --prometheus-url http://127.0.0.1:9090',
  ]
  static override args = { name: Args.string({ description: 'Name of an environment. Default: all.' }) }
  static override flags = {
    'prometheus-url': prometheusUrlFlag({
      summary: 'Where Prometheus answers, instead of behind the API server.',
      helpValue: '<url>',
      env: 'PLATFORM_PROMETHEUS_URL',
    }),
  }

  async run(): Promise<MonitorStatus> {
    const { monitorStatus } = await import('../../lib/monitoring/status.js')
    const project = await this.project()
    const status = await monitorStatus({ project, prometheus: await this.#prometheus() }, this.args.name)
    this.print(monitorLines(status, this.style).join('\n'))
    if (status.firing > 0) this.exitWith(ExitCode.refused)
    return status
  }

  async #prometheus(): Promise<Prometheus> {
    const { prometheusAt, prometheusBehind } = await import('../../lib/monitoring/prometheus.js')
    const url = this.flags['prometheus-url']
    if (url !== undefined) return prometheusAt(this.ports, url)
    const project = await this.project()
    const context = { ports: this.ports, project, target: await this.target() }
    return prometheusBehind(this.ports, managementOf(project).cluster.name, managementApi(context))
  }
}
