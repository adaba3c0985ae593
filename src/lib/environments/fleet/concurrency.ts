import { availableParallelism, freemem } from 'node:os'

/** What one Terraform run with the AWS provider takes at its peak, in bytes. Measured with provider 5.100 and GOGC=400: 914 MB. */
const MEMORY_OF_A_RUN = 0.9 * 1024 ** 3

/** How many roots are worked on at once: as many as cores and free memory allow, but never less than one and never more than asked for. */
export function concurrencyLimit(asked?: number, machine = { cores: availableParallelism(), freeBytes: freemem() }): number {
  const possible = Math.min(machine.cores, Math.floor(machine.freeBytes / MEMORY_OF_A_RUN))
  return Math.max(1, asked === undefined ? possible : Math.min(asked, possible))
}

/** Places to work in, of which there are only so many. Who waits gets one in the order of asking. */
export class Slots {
  #free: number
  readonly #waiting: Array<() => void> = []

  constructor(count: number) {
    this.#free = count
  }

  /** Does `work` in a slot. `work` gets a function that gives the slot back while something is waited for. */
  async run<T>(work: (pause: <P>(wait: () => Promise<P>) => Promise<P>) => Promise<T>): Promise<T> {
    await this.#take()
    try {
      return await work(async (wait) => {
        this.#give()
        try {
          return await wait()
        } finally {
          await this.#take()
        }
      })
    } finally {
      this.#give()
    }
  }

  async #take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
