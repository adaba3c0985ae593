import { startGuarded, type GuardedProcess } from '../core/guarded-process.js'
import type { Clock, ProcessIdentity } from '../core/ports.js'
import { Crashes, endProcess } from './crashes.js'
import { requestJson } from './http-client.js'

export interface EmulatorSettings {
  path: string
  accountId: string
  region: string
  /** Folder of the emulator's own state. */
  data: string
  /** Folder to run in. */
  folder: string
  /** Search path for the programs that the emulator calls. */
  searchPath: string
}

export interface EmulatorEvents {
  onOutput: (chunk: Buffer) => void
  /** Called before the emulator runs. */
  onStarting: (identity: ProcessIdentity) => Promise<void>
  /** It crashed too often and will not come back. */
  onGivenUp: (reason: string) => void
}

const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 8000

/** Keeps one fakecloud process running. */
export class Emulator {
  readonly #settings: EmulatorSettings
  readonly #events: EmulatorEvents
  readonly #clock: Clock
  #process: GuardedProcess | undefined
  #port: Promise<number> = Promise.reject(new Error('not started'))
  readonly #crashes: Crashes
  #stopping = false
  #wasUp = false
  #endpoint = ''
  restarts = 0

  constructor(settings: EmulatorSettings, events: EmulatorEvents, clock: Clock) {
    this.#settings = settings
    this.#events = events
    this.#clock = clock
    this.#crashes = new Crashes(clock)
    this.#port.catch(() => undefined)
  }

  /** Resolves to the emulator's port when it answers. Waits for a restart that is under way. */
  port = (): Promise<number> => this.#port

  /**
   * Starts it. Resolves when it answers.
   * @param endpoint address that clients use, for the addresses that the emulator hands out itself.
   */
  async start(endpoint: string): Promise<void> {
    this.#endpoint = endpoint
    this.#port = this.#launch()
    this.#port.catch(() => undefined)
    await this.#port
  }

  /** Stops it for good. With SIGTERM it may write what it has in memory, for some seconds. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#stopping = true
    if (this.#process) await endProcess(this.#process, signal, STOP_TIMEOUT_MS, this.#clock)
  }

  async #launch(delayMs = 0): Promise<number> {
    await this.#clock.sleep(delayMs)
    let port: number | undefined
    let end: string | undefined
    const child = await this.#spawn((announced) => (port = announced))
    this.#process = child
    void child.exited.then(({ exitCode, signal }) => {
      end = `the emulator ended with ${signal ?? `exit code ${exitCode}`}`
      this.#onExit(end)
    })
    const deadline = this.#clock.now().getTime() + START_TIMEOUT_MS
    for (;;) {
      if (end !== undefined) throw new Error(end)
      if (port !== undefined && (await isHealthy(port))) break
      if (this.#clock.now().getTime() > deadline) {
        child.kill('SIGKILL')
        throw new Error(`the emulator did not answer within ${START_TIMEOUT_MS / 1000} s`)
      }
      await this.#clock.sleep(20)
    }
    this.#wasUp = true
    return port
  }

  #spawn(onPort: (port: number) => void): Promise<GuardedProcess> {
    const { accountId, data, folder, path, region, searchPath } = this.#settings
    let head = ''
    return startGuarded(
      path,
      [
        '--addr',
        '127.0.0.1:0',
        '--account-id',
        accountId,
        '--region',
        region,
        '--storage-mode',
        'persistent',
        '--data-path',
        data,
        '--verify-sigv4',
      ],
      {
        cwd: folder,
        // Nothing of the caller's environment: its FAKECLOUD_ and AWS_ variables would change what the sandbox is. No container
        // runtime either: containers would outlive the sandbox.
        env: { PATH: searchPath, HOME: folder, NO_COLOR: '1', FAKECLOUD_EXTERNAL_URL: this.#endpoint, FAKECLOUD_CONTAINER_CLI: 'false' },
        onStarting: this.#events.onStarting,
        onOutput: (chunk) => {
          this.#events.onOutput(chunk)
          if (head.length > 4096) return
          head += chunk.toString('utf8')
          const announced = /^FAKECLOUD_PORT=(\d+)$/m.exec(head)?.[1]
          if (announced !== undefined) onPort(Number(announced))
        },
      },
    )
  }

  #onExit(reason: string): void {
    // One that never came up would not come up the next time either: `start` rejects.
    if (this.#stopping || !this.#wasUp) return
    const { count, tooMany } = this.#crashes.note()
    if (tooMany) {
      this.#events.onGivenUp(`${reason}, for the ${count}th time within a minute`)
      return
    }
    this.restarts += 1
    this.#port = this.#launch(count * 100)
    this.#port.catch(() => undefined)
  }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await requestJson(port, '/_fakecloud/health', { timeoutMs: 2000 })).status === 200
  } catch {
    return false
  }
}
