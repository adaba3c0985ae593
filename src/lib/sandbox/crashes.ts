import type { GuardedProcess } from '../core/guarded-process.js'
import type { Clock } from '../core/ports.js'

/** How often a program may crash within a minute before it is given up. */
const MOST = 5
const WINDOW_MS = 60_000

/** Counts how often a program has crashed of late, so that one that cannot run is not started for ever. */
export class Crashes {
  readonly #clock: Clock
  #times: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes a crash. @returns how many there were within a minute, and whether those are too many. */
  note(): { count: number; tooMany: boolean } {
    const now = this.#clock.now().getTime()
    this.#times = [...this.#times.filter((time) => now - time < WINDOW_MS), now]
    return { count: this.#times.length, tooMany: this.#times.length > MOST }
  }
}

/** Ends a program: with SIGTERM it may write what it has in memory, until its time is over. */
export async function endProcess(child: GuardedProcess, signal: 'SIGTERM' | 'SIGKILL', timeoutMs: number, clock: Clock): Promise<void> {
  child.kill(signal)
  const ended = await Promise.race([child.exited.then(() => true), clock.sleep(timeoutMs).then(() => false)])
  if (!ended) child.kill('SIGKILL')
  await child.exited
}
