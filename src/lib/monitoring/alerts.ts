import { at, textAt, textFieldsAt } from '../core/plain-data.js'

/** The four levels in which users look at the platform, and what has none of them: alerts that are not ours. */
export const LEVELS = ['performance', 'business', 'security', 'development', 'other'] as const
export type Level = (typeof LEVELS)[number]

/** An alert as Prometheus has it. */
export interface Alert {
  name: string
  state: 'firing' | 'pending'
  severity: string
  level: Level
  stage: string | null
  /** Null: it is about no environment, or about all. */
  environment: string | null
  /** What it is about: the labels that say nothing else here. */
  labels: Record<string, string>
  since: string | null
  summary: string | null
  runbook: string | null
}

const ORDER = ['critical', 'warning', 'info']
const OWN_LABELS = new Set(['alertname', 'severity', 'level', 'stage', 'environment', 'cluster'])

/**
 * Reads what `/api/v1/alerts` of Prometheus answers, the worst first. Alerts that mean nothing by themselves have the severity `none`
 * (kube-prometheus-stack: Watchdog, InfoInhibitor) and are left out. Undefined: this is not the answer of a Prometheus.
 */
export function alertsIn(body: unknown): Alert[] | undefined {
  const alerts = at(body, 'data', 'alerts')
  if (at(body, 'status') !== 'success' || !Array.isArray(alerts)) return undefined
  return alerts
    .map(toAlert)
    .filter(({ severity }) => severity !== 'none')
    .sort(
      (one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name) || text(one.labels).localeCompare(text(other.labels)),
    )
}

/** Environments of which `count by (environment) (up)` tells. */
export function environmentsIn(body: unknown): string[] | undefined {
  const result = at(body, 'data', 'result')
  if (at(body, 'status') !== 'success' || !Array.isArray(result)) return undefined
  return result.map((each) => textAt(each, 'metric', 'environment')).filter((name) => name !== '')
}

function toAlert(item: unknown): Alert {
  const labels = textFieldsAt(item, 'labels')
  const annotations = textFieldsAt(item, 'annotations')
  const level = LEVELS.find((each) => each === labels['level']) ?? 'other'
  return {
    name: labels['alertname'] ?? '',
    state: at(item, 'state') === 'firing' ? 'firing' : 'pending',
    severity: labels['severity'] ?? 'unknown',
    level,
    stage: labels['stage'] ?? null,
    environment: labels['environment'] ?? null,
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !OWN_LABELS.has(name))),
    since: textAt(item, 'activeAt') || null,
    summary: annotations['summary'] ?? annotations['message'] ?? null,
    runbook: annotations['runbook_url'] ?? null,
  }
}

function rank({ severity }: Alert): number {
  const found = ORDER.indexOf(severity)
  return found === -1 ? ORDER.length : found
}

function text(labels: Record<string, string>): string {
  return JSON.stringify(labels)
}
