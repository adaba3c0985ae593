import type { EventEmitter } from 'node:events'
import { formatDuration } from '../core/duration.js'
import { UserError } from '../core/errors.js'
import type { Interrupts } from '../core/ports.js'

/** How long listeners may take when the process is to end at once. */
const FORCE_GRACE_MS = 2000

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
export type StopSignal = (typeof SIGNALS)[number]

/**
 * Turns signals and `--timeout` into one `AbortSignal`. The first signal asks for a clean stop;
 * the second runs the `onForce` listeners and then calls `end`.
 */
export class InterruptWatch implements Interrupts {
  readonly #controller = new AbortController()
  readonly #listeners = new Set<() => void | Promise<void>>()
  readonly #source: EventEmitter
  readonly #onFirst: (signal: StopSignal) => void
  readonly #handlers: ReadonlyArray<readonly [name: StopSignal, handler: () => void]>
  readonly #end: (error: UserError) => void
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: { source: EventEmitter; onFirst: (signal: StopSignal) => void; end: (error: UserError) => void }) {
    this.#source = options.source
    this.#onFirst = options.onFirst
    this.#end = options.end
    this.#handlers = SIGNALS.map((name) => [name, () => this.#onSignal(name)])
    for (const [name, handler] of this.#handlers) this.#source.on(name, handler)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  onForce(listener: () => void | Promise<void>): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Aborts with `TimedOut` after `ms`. */
  limit(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#controller.abort(
        new UserError('TimedOut', `Not done within ${formatDuration(ms)}.`, {
          reason: 'The time given by --timeout is over.',
          next: ['Run the same command again to go on, with a longer --timeout.'],
          details: { timeoutMs: ms },
        }),
      )
    }, ms)
    // A command that ends earlier must not wait for its own limit.
    this.#timer.unref()
  }

  /** Stops listening. */
  dispose(): void {
    clearTimeout(this.#timer)
    for (const [name, handler] of this.#handlers) this.#source.off(name, handler)
  }

  #onSignal(name: StopSignal): void {
    this.#count += 1
    if (this.#count === 1) {
      this.#controller.abort(interrupted())
      this.#onFirst(name)
    } else if (this.#count === 2) {
      void this.#force()
    }
  }

  async #force(): Promise<void> {
    const stops = [...this.#listeners].map(async (listener) => listener())
    const grace = new Promise((resolve) => setTimeout(resolve, FORCE_GRACE_MS))
    await Promise.race([Promise.allSettled(stops), grace])
    this.#end(new UserError('Interrupted', 'Stopped at once, without a clean end.', { next: ['Run the same command again to go on.'] }))
  }
}

/** The error of a run that was stopped by a signal. */
export function interrupted(): UserError {
  return new UserError('Interrupted', 'Interrupted.', { next: ['Run the same command again to go on.'] })
}
