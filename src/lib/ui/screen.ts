import type { Writable } from 'node:stream'
import { isSystemError } from '../core/errors.js'
import { createStyle, wantsColor, type Style } from './style.js'

/** The part of a terminal stream that is used here. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number }

export interface ScreenOptions {
  stdout: OutputStream
  stderr: OutputStream
  /** `--color`. `NO_COLOR` and terminals are looked at here. */
  color: boolean
  env: Readonly<Record<string, string | undefined>>
}

const SHOW_CURSOR = '\u001B[?25h'

/** What has the terminal for itself for a while, such as a live task list. */
export interface Occupant {
  /** Gives the terminal back for a question. Settles when nothing more will be drawn. */
  release(): Promise<void>
}

/**
 * The two streams of the process, and the only writer to them: data goes to stdout, everything else to stderr.
 * While a live list is drawn, other lines wait, so nothing is torn apart.
 */
export class Screen {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** For text on stdout. */
  readonly dataStyle: Style
  /** For text on stderr. */
  readonly messageStyle: Style
  #occupant: Occupant | undefined
  #waiting: Array<() => void> = []

  constructor({ stdout, stderr, color, env }: ScreenOptions) {
    this.stdout = stdout
    this.stderr = stderr
    this.dataStyle = createStyle(wantsColor({ isTTY: stdout.isTTY === true, requested: color, env }))
    this.messageStyle = createStyle(wantsColor({ isTTY: stderr.isTTY === true, requested: color, env }))
  }

  /** Writes a result to stdout, with a final newline. */
  data(text: string): void {
    this.#write(this.stdout, text)
  }

  /** Writes anything that is not a result to stderr, with a final newline. */
  message(text: string): void {
    this.#write(this.stderr, text)
  }

  /** Keeps other lines back until the returned function is called. */
  occupy(occupant: Occupant): () => void {
    this.#occupant = occupant
    return () => {
      if (this.#occupant === occupant) this.#free()
    }
  }

  /** How many lines are kept back. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Writes the first lines that were kept back. Only while nothing is being drawn. */
  catchUp(count: number): void {
    for (const write of this.#waiting.splice(0, count)) write()
  }

  /** Takes the terminal back at once, for the last words of a process that is about to be ended. */
  abandon(): void {
    if (!this.#occupant) return
    this.stderr.write(SHOW_CURSOR)
    this.#free()
  }

  /** Settles when the terminal is free and everything was written. */
  async settled(): Promise<void> {
    await this.#occupant?.release()
    await Promise.all([flush(this.stdout), flush(this.stderr)])
  }

  #free(): void {
    this.#occupant = undefined
    this.catchUp(this.#waiting.length)
  }

  #write(stream: OutputStream, text: string): void {
    const write = (): void => {
      stream.write(text.endsWith('\n') ? text : `${text}\n`)
    }
    if (this.#occupant) this.#waiting.push(write)
    else write()
  }
}

async function flush(stream: OutputStream): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve())
  })
}

/** A reader that went away (`platform env list | head -1`) is no error: what follows is written to nobody. */
export function endQuietlyOnClosedPipe(streams: readonly OutputStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error) => {
      if (!isSystemError(error, 'EPIPE', 'EIO', 'ERR_STREAM_DESTROYED')) throw error
    })
  }
}
