import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'

/**
 * A log file that never takes more than twice `maxBytes`: the full file becomes `<file>.1`. Lines are written at once, so that
 * they are there after a crash; a log that cannot be written is given up silently, for it must not stop the sandbox.
 */
export class RotatingLog {
  readonly #file: string
  readonly #maxBytes: number
  #fd: number | undefined
  #size = 0

  constructor(file: string, maxBytes = 5 * 1024 * 1024) {
    this.#file = file
    this.#maxBytes = maxBytes
    this.#open()
  }

  write(data: string | Buffer): void {
    const bytes = Buffer.from(data)
    if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate()
    if (this.#fd === undefined) return
    this.#size += bytes.length
    this.#attempt((fd) => writeSync(fd, bytes))
  }

  close(): void {
    this.#attempt(closeSync)
    this.#fd = undefined
  }

  #rotate(): void {
    this.close()
    try {
      renameSync(this.#file, `${this.#file}.1`)
    } catch {
      // The folder vanished: nobody reads the log any more.
    }
    this.#open()
  }

  #open(): void {
    try {
      this.#fd = openSync(this.#file, 'a')
      this.#size = statSync(this.#file).size
    } catch {
      this.#fd = undefined
    }
  }

  #attempt(work: (fd: number) => unknown): void {
    if (this.#fd === undefined) return
    try {
      work(this.#fd)
    } catch {
      // A full disk, for example.
    }
  }
}
