import type { Alert } from '../monitoring/alerts.js'
import type { Console } from '../monitoring/consoles.js'
import type { EnvironmentStatus, MonitorStatus } from '../monitoring/status.js'
import type { Style } from '../ui/style.js'
import type { Column } from '../ui/table.js'

/** The hierarchy for people: fleet, environment, level, alert. */
export function monitorLines({ platform, firing, pending, environments }: MonitorStatus, style: Style): string[] {
  return [
    `${style.bold(platform)}  ${countText(firing, pending, style)}`,
    ...environments.flatMap((each) => [
      `  ${style.bold(each.environment ?? 'all environments')}${each.role === 'management' ? ' (management)' : ''}  ${stateText(each, style)}`,
      ...each.levels.flatMap(({ level, alerts }) => [`    ${level}`, ...alerts.flatMap((alert) => alertLines(alert, style))]),
    ]),
  ]
}

function stateText({ reporting, firing, pending }: EnvironmentStatus, style: Style): string {
  const silent = reporting === false ? style.yellow('no metrics arrive') : ''
  if (silent !== '' && firing + pending === 0) return silent
  return [countText(firing, pending, style), silent].filter((part) => part !== '').join(', ')
}

function countText(firing: number, pending: number, style: Style): string {
  const soon = pending === 0 ? '' : `, ${pending} about to`
  return firing === 0 ? `${style.green('nothing fires')}${soon}` : `${style.red(`${firing} firing`)}${soon}`
}

function alertLines({ name, state, severity, labels, summary, since, runbook }: Alert, style: Style): string[] {
  const paint = severity === 'critical' ? style.red : severity === 'warning' ? style.yellow : style.cyan
  const about = Object.entries(labels).map(([label, value]) => `${label}=${value}`)
  const when = since === null ? '' : `  since ${since.slice(0, 16).replace('T', ' ')}`
  return [
    `      ${paint(severity)}  ${name}${state === 'pending' ? ' (about to fire)' : ''}${about.length === 0 ? '' : `  ${about.join(' ')}`}${when}`,
    ...(summary === null ? [] : [`        ${summary}`]),
    ...(runbook === null ? [] : [`        ${style.dim(runbook)}`]),
  ]
}

export const consoleColumns: ReadonlyArray<Column<Console>> = [
  { header: 'Console', value: ({ name }) => name },
  { header: 'Address', value: ({ url, reason }) => url ?? `none: ${reason ?? 'unknown'}` },
  { header: 'From', value: ({ source }) => source },
]
