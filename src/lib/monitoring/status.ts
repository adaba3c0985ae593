import type { Project } from '../config/project.js'
import { unknownEnvironment } from '../roots/select.js'
import { type Alert, alertsIn, environmentsIn, type Level, LEVELS } from './alerts.js'
import { type Prometheus, unreachable } from './prometheus.js'

export interface EnvironmentStatus {
  /** Null: alerts that are about no single environment. */
  environment: string | null
  role: 'management' | 'workload' | null
  /** Whether its metrics arrive. Null: the question does not apply. */
  reporting: boolean | null
  firing: number
  pending: number
  /** Only levels in which something fires or is about to. */
  levels: Array<{ level: Level; alerts: Alert[] }>
}

export interface MonitorStatus {
  platform: string
  /** Where the Prometheus is that was asked. */
  prometheus: string
  firing: number
  pending: number
  environments: EnvironmentStatus[]
}

/**
 * What fires, from the fleet down to the single alert.
 * @param only one environment; default: all
 * @throws `EnvironmentNotFound`, `MonitoringUnreachable`
 */
export async function monitorStatus(
  { project, prometheus }: { project: Project; prometheus: Prometheus },
  only?: string,
): Promise<MonitorStatus> {
  if (only !== undefined && !project.environments.has(only)) throw unknownEnvironment(project, only)
  const [answer, up] = await Promise.all([
    prometheus.get('/api/v1/alerts'),
    prometheus.get(`/api/v1/query?query=${encodeURIComponent('count by (environment) (up)')}`),
  ])
  const alerts = alertsIn(answer)
  const reporting = environmentsIn(up)
  if (alerts === undefined || reporting === undefined) throw unreachable(prometheus.place, 'What answers there is no Prometheus.')
  const environments = namesOf(project, alerts)
    .filter((name) => only === undefined || name === only)
    .map((name) => environmentStatus(project, name, { alerts, reporting }))
  return {
    platform: project.platform.name,
    prometheus: prometheus.place,
    firing: sum(environments.map(({ firing }) => firing)),
    pending: sum(environments.map(({ pending }) => pending)),
    environments,
  }
}

/** Those of the repository, then others of which there are alerts, then what is about none. */
function namesOf(project: Project, alerts: readonly Alert[]): Array<string | null> {
  const ours = [...project.environments.keys()]
  const others = [...new Set(alerts.map(({ environment }) => environment))].filter((name) => name !== null && !ours.includes(name)).sort()
  return [...ours, ...others, ...(alerts.some(({ environment }) => environment === null) ? [null] : [])]
}

function environmentStatus(
  project: Project,
  name: string | null,
  { alerts, reporting }: { alerts: readonly Alert[]; reporting: readonly string[] },
): EnvironmentStatus {
  const own = alerts.filter(({ environment }) => environment === name)
  const known = name === null ? undefined : project.environments.get(name)
  const levels = LEVELS.map((level) => ({ level, alerts: own.filter((alert) => alert.level === level) }))
  return {
    environment: name,
    role: known?.role ?? null,
    // The metrics of a soft environment are those of its host.
    reporting: name === null ? null : reporting.includes(known?.host ?? name),
    firing: own.filter(({ state }) => state === 'firing').length,
    pending: own.filter(({ state }) => state === 'pending').length,
    levels: levels.filter((each) => each.alerts.length > 0),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
