import { UserError } from './errors.js'
import type { RunRecord } from './journal.js'

/** These ended because nobody agreed: there is nothing to go on with. */
const NOT_STARTED = new Set(['NotConfirmed', 'ConfirmationNeeded', 'InputNeeded'])

/** The run to go on with, or why there is none. */
export type Resumable = { record: RunRecord } | { nothing: string }

/**
 * The last run that was to change something and did not reach its end.
 * @param records newest first.
 * @param wanted id of a run, or name of an environment. Absent: of whichever environment.
 * @throws `RunNotFound`
 */
export function resumableRun(records: readonly RunRecord[], wanted?: string): Resumable {
  const named = records.find(({ runId }) => runId === wanted)
  if (named) return judge(named, records)
  const ofRoot = wanted === undefined ? records : records.filter(({ environment }) => environment === wanted)
  if (wanted !== undefined && ofRoot.length === 0) {
    throw new UserError('RunNotFound', `There is no run ${wanted}, and no run of an environment called so.`, {
      next: ['platform run list'],
    })
  }
  const latest = new Map<string, RunRecord>()
  for (const record of ofRoot.filter(isChange)) if (!latest.has(record.environment)) latest.set(record.environment, record)
  const open = [...latest.values()].find(({ status }) => status !== 'succeeded')
  if (open) return { record: open }
  return { nothing: latest.size === 0 ? 'No run has changed anything yet.' : 'Every run reached its end.' }
}

function judge(record: RunRecord, records: readonly RunRecord[]): Resumable {
  if (record.status === 'succeeded') return { nothing: `Run ${record.runId} reached its end.` }
  if (record.purpose !== 'change') return { nothing: `Run ${record.runId} only looked.` }
  const later = records.find((each) => each.environment === record.environment && isChange(each))
  if (!later || later.runId <= record.runId) return { record }
  return { nothing: `A later run did the work of ${record.runId}, or stopped in it: ${later.runId} (${later.status}).` }
}

function isChange({ purpose, error }: RunRecord): boolean {
  return purpose === 'change' && !NOT_STARTED.has(error?.code ?? '')
}
