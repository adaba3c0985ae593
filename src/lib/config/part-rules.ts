import { nearest } from '../core/names.js'
import { problemAt, type Problem } from './problem.js'
import type { EnvironmentSource } from './project-rules.js'
import { valueAt } from './schema-problems.js'
import type { YamlSource } from './yaml-source.js'

/** What the parts of an environment need of each other, and of other environments. */
export function checkParts(environments: readonly EnvironmentSource[]): Problem[] {
  const hard = environments.filter(({ source }) => valueAt(source.value, ['isolation']) !== 'soft')
  const managements = hard.filter(({ source }) => valueAt(source.value, ['role']) === 'management').map(({ name }) => name)
  return hard.flatMap(({ source }) => [...checkWaf(source), ...checkBudget(source), ...checkConnectivity(source, managements)])
}

/** Only what a file itself says: a preset switches both on together. */
function checkWaf(source: YamlSource): Problem[] {
  const wants = valueAt(source.value, ['waf', 'enabled']) === true
  const preset = valueAt(source.value, ['preset']) ?? 'small'
  const edge = valueAt(source.value, ['edge', 'enabled']) ?? preset !== 'small'
  return wants && edge === false ? [problemAt(source, ['waf', 'enabled'], 'needs a load balancer: write edge.enabled: true too')] : []
}

/** A budget that nobody hears of is a mistake. */
function checkBudget(source: YamlSource): Problem[] {
  const path = ['observability', 'monthlyBudgetUsd']
  if (!source.has(path)) return []
  const emails = valueAt(source.value, ['observability', 'emails'])
  const alarms = valueAt(source.value, ['observability', 'alarms']) ?? valueAt(source.value, ['preset']) === 'production'
  const told = (Array.isArray(emails) && emails.length > 0) || alarms === true
  return told ? [] : [problemAt(source, path, 'tells nobody: write observability.emails, or observability.alarms: true')]
}

function checkConnectivity(source: YamlSource, managements: readonly string[]): Problem[] {
  if (valueAt(source.value, ['connectivity', 'enabled']) !== true) return []
  const path = ['connectivity', 'management']
  if (valueAt(source.value, ['role']) === 'management') {
    return [
      problemAt(
        source,
        ['connectivity', 'enabled'],
        'belongs to a workload environment: a management environment does not peer with itself',
      ),
    ]
  }
  const wanted = valueAt(source.value, path)
  if (wanted === undefined) {
    if (managements.length === 1) return []
    const message =
      managements.length === 0
        ? 'needs a management environment, and there is none'
        : 'is missing: there are several management environments'
    return [
      problemAt(
        source,
        managements.length === 0 ? ['connectivity', 'enabled'] : path,
        message,
        managements.length > 0 ? { allowed: [...managements] } : {},
      ),
    ]
  }
  if (typeof wanted !== 'string' || managements.includes(wanted)) return []
  const near = nearest(wanted, managements)
  return [
    problemAt(source, path, `${wanted} is not a management environment`, {
      ...(managements.length > 0 && { allowed: [...managements] }),
      ...(near !== undefined && { nearest: near }),
    }),
  ]
}
