/** Keeps the first bytes of a body as it passes by, or nothing of one that is too large. */
export class Sample {
  readonly #maxBytes: number
  #chunks: Buffer[] | undefined = []
  #size = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#maxBytes) this.#chunks = undefined
    this.#chunks?.push(chunk)
  }

  /** The whole body, or undefined when it was too large. */
  get whole(): Buffer | undefined {
    return this.#chunks && Buffer.concat(this.#chunks)
  }
}
