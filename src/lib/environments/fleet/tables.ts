import { formatDuration } from '../../core/duration.js'
import type { DriftResult } from './drift-fleet.js'
import type { MarkdownTable } from './report-file.js'
import type { FleetMember, FleetResult } from './result.js'

/** A fleet's result as rows for people. */
export function fleetTable(title: string, { environments }: FleetResult): MarkdownTable {
  return {
    title,
    header: ['Environment', 'Status', 'Changes', 'Took', 'What happened'],
    rows: environments.map((member) => [
      member.environment,
      member.status,
      changesOf(member),
      formatDuration(member.durationMs),
      member.error ? `${member.error.code}: ${member.error.message}` : (member.reason ?? ''),
    ]),
  }
}

function changesOf({ changes }: FleetMember): string {
  if (!changes) return ''
  const { add, change, destroy, replace = 0 } = changes
  return `+${add} ~${change}${replace > 0 ? ` ±${replace}` : ''} -${destroy}`
}

/** A comparison with AWS as rows for people: one for each resource that drifted. */
export function driftTable(title: string, { environments }: DriftResult): MarkdownTable {
  return {
    title,
    header: ['Environment', 'Verdict', 'Resource', 'What'],
    rows: environments.flatMap(({ name, verdict, terraform, argocd, reason, error }) => {
      const found = [
        ...terraform.map(({ address, kind, attributes }) => [address, kind === 'deleted' ? 'deleted' : attributes.join(', ')]),
        ...argocd.map((each) => [`application ${each.application}`, whatOf(each)]),
      ]
      const rows = found.length === 0 ? [['', error ? `${error.code}: ${error.message}` : (reason ?? '')]] : found
      return rows.map((row) => [name, verdict, ...row])
    }),
  }
}

function whatOf({ state, reason, resources }: DriftResult['environments'][number]['argocd'][number]): string {
  const objects = resources.map(({ kind, name }) => `${kind} ${name}`).join(', ')
  return `${state}${reason === null ? '' : `: ${reason}`}${objects === '' ? '' : ` (${objects})`}`
}
