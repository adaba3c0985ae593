import { formatDuration } from '../../core/duration.js'
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
