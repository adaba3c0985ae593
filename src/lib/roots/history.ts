import type { Journal, RunRecord } from '../core/journal.js'

/**
 * The last run that changed the environment, or found that there was nothing to change. Runs that stopped before they
 * applied anything do not count: they left no trace in AWS.
 */
export async function lastChange(journal: Journal, environment: string, except?: string): Promise<RunRecord | undefined> {
  const records = await journal.list(environment)
  return records.find(
    ({ runId, purpose, status, processes }) =>
      runId !== except && purpose === 'change' && (status === 'succeeded' || processes.some(({ operation }) => operation === 'apply')),
  )
}

/** Whether that run did not reach its end. */
export function wasCutShort(change: RunRecord | undefined): boolean {
  return change !== undefined && change.status !== 'succeeded'
}
