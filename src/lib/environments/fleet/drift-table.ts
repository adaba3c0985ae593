import type { Changer } from '../../aws/changed-by.js'
import type { DriftResult } from './drift-fleet.js'
import type { MarkdownTable } from './report-file.js'

type Compared = DriftResult['environments'][number]
type Row = readonly [resource: string, what: string, by: string]

/** A longer value is cut: the whole of it is in the JSON. */
const LONGEST = 80

/** A comparison as rows for people: one for each attribute that differs. */
export function driftTable(title: string, { environments }: DriftResult): MarkdownTable {
  return {
    title,
    header: ['Environment', 'Verdict', 'Resource', 'What', 'Changed by'],
    rows: environments.flatMap((compared) => rowsOf(compared).map((row) => [compared.name, compared.verdict, ...row])),
  }
}

function rowsOf({ terraform, argocd, aws, reason, error }: Compared): Row[] {
  const found = [
    ...terraform.flatMap(terraformRows),
    ...aws.map(({ arn, ...finding }): Row => [arn, 'in no state', changer(finding)]),
    ...argocd.flatMap(applicationRows),
  ]
  return found.length === 0 ? [['', error ? `${error.code}: ${error.message}` : (reason ?? ''), '']] : found
}

function terraformRows({ address, kind, changes, importId, ...finding }: Compared['terraform'][number]): Row[] {
  const by = changer(finding)
  if (kind === 'deleted') return [[address, 'deleted', by]]
  if (kind === 'outside-state') return [[address, `exists outside of the state (${importId ?? 'no id'})`, by]]
  return changes.map(({ attribute, before, after }, index) => [address, inWords(attribute, before, after), index === 0 ? by : ''])
}

function applicationRows({ application, state, reason, resources, changes = [] }: Compared['argocd'][number]): Row[] {
  const objects = resources.map(({ kind, name }) => `${kind} ${name}`).join(', ')
  const what = `${state}${reason === null ? '' : `: ${reason}`}${objects === '' ? '' : ` (${objects})`}`
  const resource = `application ${application}`
  return [
    [resource, what, ''],
    ...changes.map(({ object, attribute, before, after }): Row => [resource, inWords(`${object} ${attribute}`.trim(), before, after), '']),
  ]
}

function inWords(attribute: string, before: unknown, after: unknown): string {
  return `${attribute}: ${valueText(before)} → ${valueText(after)}`
}

/** A value on one line, without what a terminal would obey. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  const text = JSON.stringify(value).replaceAll(/[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, '?')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function changer({ changedBy, changedByUnknown }: Changer): string {
  if (changedBy) return `${changedBy.principal}, ${changedBy.event}, ${changedBy.at}`
  return changedByUnknown === undefined ? '' : `unknown: ${changedByUnknown}`
}
