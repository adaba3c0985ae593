import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'

export type WaitPorts = Pick<Ports, 'clock' | 'signal'>

/** How often, and for how long, something is asked for, in milliseconds. */
export interface Patience {
  everyMs: number
  forMs: number
}

/**
 * Calls `look` until it answers something else than undefined.
 * @throws `TimedOut` saying what was waited for, and whatever `look` throws.
 */
export async function waitUntil<T>(ports: WaitPorts, what: string, patience: Patience, look: () => Promise<T | undefined>): Promise<T> {
  const end = ports.clock.now().getTime() + patience.forMs
  for (;;) {
    const answer = await look()
    if (answer !== undefined) return answer
    if (ports.clock.now().getTime() >= end) {
      throw new UserError('TimedOut', `Waited ${Math.round(patience.forMs / 1000)} s for ${what}.`, {
        next: ['Look at it in the AWS console, then run the same command again.'],
      })
    }
    await ports.clock.sleep(patience.everyMs, ports.signal)
  }
}

/** Applies `work` to each item, at most `limit` at a time, and keeps the order. AWS throttles who asks for everything at once. */
export async function mapLimited<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index] as T
      results[index] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
