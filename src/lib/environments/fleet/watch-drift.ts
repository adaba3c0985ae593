import type { Ports } from '../../core/ports.js'
import type { DriftResult } from './drift-fleet.js'
import { driftTable } from './drift-table.js'

/** What came or went between two looks. */
export interface DriftNews {
  at: Date
  rows: ReadonlyArray<readonly [change: 'new' | 'gone', ...cells: string[]]>
}

export interface WatchOptions {
  everyMs: number
  check(): Promise<DriftResult>
  /** Told of the first answer as a whole. */
  onFirst(result: DriftResult): Promise<void>
  onNews(news: DriftNews): Promise<void>
}

/**
 * Compares again and again until somebody stops it, or the time is over, which is how it ends well.
 * @returns the last answer
 * @throws what `check` throws; `Interrupted` before there was any answer
 */
export async function watchDrift({ clock, signal }: Pick<Ports, 'clock' | 'signal'>, options: WatchOptions): Promise<DriftResult> {
  let last = await options.check()
  await options.onFirst(last)
  for (;;) {
    try {
      await clock.sleep(options.everyMs, signal)
      const next = await options.check()
      const rows = newsBetween(last, next)
      last = next
      if (rows.length > 0) await options.onNews({ at: clock.now(), rows })
    } catch (error) {
      if (signal.aborted) return last
      throw error
    }
  }
}

/** Rows of one answer that are not in the other. */
export function newsBetween(before: DriftResult, after: DriftResult): DriftNews['rows'] {
  const [old, now] = [rowsOf(before), rowsOf(after)]
  const only = (rows: Map<string, readonly string[]>, others: Map<string, unknown>) =>
    [...rows].filter(([key]) => !others.has(key)).map(([, cells]) => cells)
  return [...only(old, now).map((cells) => ['gone', ...cells] as const), ...only(now, old).map((cells) => ['new', ...cells] as const)]
}

/** Who did it becomes known late, and is no news by itself. */
function rowsOf(result: DriftResult): Map<string, readonly string[]> {
  return new Map(driftTable('', result).rows.map((cells) => [JSON.stringify(cells.slice(0, -1)), cells]))
}
