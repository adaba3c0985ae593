import type { Journal, RunRecord } from '../core/journal.js'

/**
 * The last run that changed the environment, or found that there was nothing to change. Runs that stopped before they
 * applied anything do not count: they left no trace in AWS.
 */
export async function lastChange(journal: Journal, environment: string, except?: string): Promise<RunRecord | undefined> {
  return (await changes(journal, environment)).find(({ runId }) => runId !== except)
}

/** Whether runs of this repository began to make it, and not one of them reached its end. */
export async function isHalfMade(journal: Journal, environment: string): Promise<boolean> {
  const all = await changes(journal, environment)
  return all.length > 0 && all.every(wasCutShort)
}

async function changes(journal: Journal, environment: string): Promise<RunRecord[]> {
  const records = await journal.list(environment)
  return records.filter(
    ({ purpose, status, processes }) =>
      purpose === 'change' && (status === 'succeeded' || processes.some(({ operation }) => operation === 'apply')),
  )
}

/** Whether that run did not reach its end. */
export function wasCutShort(change: RunRecord | undefined): boolean {
  return change !== undefined && change.status !== 'succeeded'
}
