import { open } from 'node:fs/promises'
import type { Clock, DetachedProcess, Ports, ProcessIdentity } from '../core/ports.js'
import { parseMessage, type TerraformMessage } from './messages.js'

const POLL_MS = 150

/** No message is longer. What is, is no message, and a program that floods its output must not take our time and memory. */
const MAX_LINE = 1024 * 1024

export interface FollowOptions {
  messagesFile: string
  onMessage: (message: TerraformMessage) => void
  /** Called about seven times a second while it runs. */
  onTick?: () => void
  /** How long it may go on after it was asked to stop; then its group is killed. Absent: as long as it takes. */
  graceMs?: number
}

export type FollowPorts = Pick<Ports, 'processes' | 'clock' | 'signal' | 'interrupts'>

/** How a process ended. `exitCode` is null when it was killed or was not our child. */
export interface Ended {
  exitCode: number | null
  /** Whether we asked it to stop. */
  stopped: boolean
}

/**
 * Reads the messages of a Terraform process until it ends. The process may have been started by an earlier, dead `platform`.
 * The first interrupt is passed on once, so that Terraform finishes what is running and saves its state; a forced one kills the whole group.
 */
export async function followTerraform(
  ports: FollowPorts,
  target: ProcessIdentity | DetachedProcess,
  options: FollowOptions,
): Promise<Ended> {
  const reader = new MessageReader(options.messagesFile, options.onMessage)
  let stopped = false
  let killAt = Number.POSITIVE_INFINITY
  let exit: { exitCode: number | null } | undefined
  if ('exited' in target) void target.exited.then((result) => (exit = result))

  const interrupt = (): void => {
    stopped = true
    if (options.graceMs !== undefined) killAt = ports.clock.now().getTime() + options.graceMs
    void ports.processes.signal(target, 'SIGINT', { group: false })
  }
  if (ports.signal.aborted) interrupt()
  else ports.signal.addEventListener('abort', interrupt, { once: true })
  const stopForcing = ports.interrupts.onForce(() => ports.processes.signal(target, 'SIGKILL', { group: true }))

  try {
    for (;;) {
      const ended = 'exited' in target ? exit !== undefined : !(await ports.processes.isAlive(target))
      await reader.drain()
      options.onTick?.()
      if (ended) return { exitCode: exit?.exitCode ?? null, stopped }
      if (ports.clock.now().getTime() >= killAt) await ports.processes.signal(target, 'SIGKILL', { group: true })
      await ('exited' in target ? Promise.race([target.exited, pause(ports.clock)]) : pause(ports.clock))
    }
  } finally {
    ports.signal.removeEventListener('abort', interrupt)
    stopForcing()
  }
}

async function pause(clock: Clock): Promise<void> {
  await clock.sleep(POLL_MS)
}

/** Reads the lines that were added to a file since the last call. */
class MessageReader {
  readonly #file: string
  readonly #onMessage: (message: TerraformMessage) => void
  #offset = 0
  /** The start of a line whose end has not come yet, or undefined when that line is too long. */
  #rest: string | undefined = ''
  readonly #decoder = new TextDecoder()

  constructor(file: string, onMessage: (message: TerraformMessage) => void) {
    this.#file = file
    this.#onMessage = onMessage
  }

  async drain(): Promise<void> {
    let handle
    try {
      handle = await open(this.#file, 'r')
    } catch {
      return // Not written yet.
    }
    try {
      const buffer = Buffer.alloc(64 * 1024)
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#offset)
        if (bytesRead === 0) return
        this.#offset += bytesRead
        this.#accept(this.#decoder.decode(buffer.subarray(0, bytesRead), { stream: true }))
      }
    } finally {
      await handle.close()
    }
  }

  #accept(text: string): void {
    const lines = text.split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      this.#extend(line)
      if (this.#rest !== undefined) this.#onMessage(parseMessage(this.#rest))
      this.#rest = ''
    }
    this.#extend(last)
  }

  #extend(text: string): void {
    if (this.#rest === undefined) return
    this.#rest = this.#rest.length + text.length > MAX_LINE ? undefined : this.#rest + text
  }
}
