import type { Clock } from '../../src/lib/core/ports.js'

/** A clock on which sleeping takes no time but moves the hands. */
export function fakeClock(start = '2030-01-01T00:00:00Z'): Clock & { slept: number[] } {
  let now = new Date(start).getTime()
  const slept: number[] = []
  return {
    slept,
    now: () => new Date(now),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
    },
  }
}
