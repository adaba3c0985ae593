import type { RootContext } from '../../roots/context.js'
import { confirmPlan } from '../../roots/confirmation.js'

/** Asks once for all roots of a wave: when each of them has its plan, or has ended without one. */
export class WaveConfirmation {
  readonly #ports: Pick<RootContext['ports'], 'ask'>
  #open: number
  readonly #waiting: Array<{ name: string; go: () => void; stop: (error: unknown) => void }> = []

  /** @param members number of roots in the wave. */
  constructor(ports: Pick<RootContext['ports'], 'ask'>, members: number) {
    this.#ports = ports
    this.#open = members
  }

  /** Waits for the answer. @throws `NotConfirmed`, `ConfirmationNeeded` */
  async arrive(name: string): Promise<void> {
    const answer = new Promise<void>((go, stop) => this.#waiting.push({ name, go, stop }))
    this.#askWhenComplete()
    return answer
  }

  /** Tells that one root has ended. Nobody waits for it any more. */
  leave(): void {
    this.#open -= 1
    this.#askWhenComplete()
  }

  #askWhenComplete(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#open) return
    const waiting = this.#waiting.splice(0)
    const names = waiting.map(({ name }) => name).join(', ')
    confirmPlan(this.#ports, { yes: false, question: `Apply ${waiting.length === 1 ? 'this plan' : 'these plans'} to ${names}?` }).then(
      () => waiting.forEach(({ go }) => go()),
      (error: unknown) => waiting.forEach(({ stop }) => stop(error)),
    )
  }
}
