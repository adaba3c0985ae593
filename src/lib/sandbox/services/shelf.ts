import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { readTextIfExists, toJsonText, writeFileAtomic } from '../../core/files.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'

/** What is kept of one resource. Only what JSON can say. */
export type Kept = Record<string, unknown>

/**
 * Where the services of our own keep their resources: one JSON file for each kind, in the folder of the sandbox. It survives a stop
 * and a crash: a file is replaced as a whole.
 */
export class Shelf {
  readonly #folder: string
  readonly #mutex = new KeyedMutex()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Everything of a kind, by its key, in the order in which it was put there. */
  async all<T extends Kept>(kind: string): Promise<Map<string, T>> {
    const text = await readTextIfExists(this.#file(kind))
    return new Map(text === undefined ? [] : (JSON.parse(text) as Array<[string, T]>))
  }

  /** Changes the resources of a kind. Changes of one kind wait for each other; nothing is kept when `change` throws. */
  async update<T extends Kept, Result>(kind: string, change: (kept: Map<string, T>) => Result | Promise<Result>): Promise<Result> {
    return this.#mutex.run(kind, async () => {
      const kept = await this.all<T>(kind)
      const result = await change(kept)
      await mkdir(this.#folder, { recursive: true })
      await writeFileAtomic(this.#file(kind), toJsonText([...kept]))
      return result
    })
  }

  #file(kind: string): string {
    return path.join(this.#folder, `${kind}.json`)
  }
}
