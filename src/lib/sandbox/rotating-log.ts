import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs'
import { once } from 'node:events'

/** A log file that never takes more than twice `maxBytes`: the full file becomes `<file>.1`. */
export class RotatingLog {
  readonly #file: string
  readonly #maxBytes: number
  #stream: WriteStream
  #size: number

  constructor(file: string, maxBytes = 5 * 1024 * 1024) {
    this.#file = file
    this.#maxBytes = maxBytes
    this.#size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    this.#stream = this.#open()
  }

  write(data: string | Buffer): void {
    if (this.#size > 0 && this.#size + data.length > this.#maxBytes) this.#rotate()
    this.#size += data.length
    this.#stream.write(data)
  }

  async close(): Promise<void> {
    if (this.#stream.destroyed) return
    this.#stream.end()
    await once(this.#stream, 'close')
  }

  #rotate(): void {
    this.#stream.end()
    try {
      renameSync(this.#file, `${this.#file}.1`)
    } catch {
      // The folder vanished: nobody reads the log any more.
    }
    this.#size = 0
    this.#stream = this.#open()
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#file, { flags: 'a' })
    // A log that can't be written must not stop the sandbox.
    stream.on('error', () => stream.destroy())
    return stream
  }
}
