import { startGuarded, type GuardedProcess } from '../../core/guarded-process.js'
import type { Clock, ProcessIdentity } from '../../core/ports.js'
import { Crashes, endProcess } from '../crashes.js'

export interface ProcessSpec {
  /** For people: `kube-apiserver of dev`. */
  title: string
  file: string
  args: readonly string[]
  folder: string
  env: Readonly<Record<string, string>>
}

export interface ProcessEvents {
  onOutput: (chunk: Buffer) => void
  /** Called before the program runs. */
  onStarting: (identity: ProcessIdentity) => Promise<void>
  /** Called when it was stopped for good. */
  onStopped: () => void
}

const STOP_TIMEOUT_MS = 4000

/** Keeps one process running until it is stopped: started again when it ends, a little later each time. */
export class KeptProcess {
  readonly #spec: ProcessSpec
  readonly #events: ProcessEvents
  readonly #clock: Clock
  readonly #start: typeof startGuarded
  #process: GuardedProcess | undefined
  #starting: Promise<void> = Promise.resolve()
  readonly #crashes: Crashes
  #stopping = false
  #giveUp!: (error: Error) => void
  restarts = 0
  /** Rejects when it crashed too often and will not come back. */
  readonly givenUp = new Promise<never>((_resolve, reject) => (this.#giveUp = reject))

  constructor(spec: ProcessSpec, events: ProcessEvents, clock: Clock, start: typeof startGuarded = startGuarded) {
    this.#spec = spec
    this.#events = events
    this.#clock = clock
    this.#crashes = new Crashes(clock)
    this.#start = start
    this.givenUp.catch(() => undefined)
  }

  /** Resolves when it runs, which is not yet when it answers. */
  async start(): Promise<void> {
    this.#starting = this.#launch(0)
    await this.#starting
  }

  /** Stops it for good: politely first, so that it may finish what it writes. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#stopping = true
    await this.#starting.catch(() => undefined)
    if (this.#process) await endProcess(this.#process, signal, STOP_TIMEOUT_MS, this.#clock)
    this.#events.onStopped()
  }

  async #launch(delayMs: number): Promise<void> {
    await this.#clock.sleep(delayMs)
    if (this.#stopping) return
    const { args, env, file, folder } = this.#spec
    const { onOutput, onStarting } = this.#events
    const child = await this.#start(file, args, { cwd: folder, env, onOutput, onStarting })
    this.#process = child
    void child.exited.then(({ exitCode, signal }) => this.#onExit(signal ?? `exit code ${exitCode}`))
  }

  #onExit(how: string): void {
    if (this.#stopping) return
    const { count, tooMany } = this.#crashes.note()
    const reason = `${this.#spec.title} ended with ${how}`
    if (tooMany) {
      this.#giveUp(new Error(`${reason}, for the ${count}th time within a minute`))
      return
    }
    this.restarts += 1
    this.#starting = this.#launch(count * 200)
    this.#starting.catch((error: unknown) => this.#giveUp(new Error(`${reason}, and could not be started again`, { cause: error })))
  }
}
