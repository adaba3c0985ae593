import path from 'node:path'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import { textsIn } from '../pristine.js'

/** A file that will be written, or removed where `text` is undefined. */
export interface FileChange {
  /** Relative to the repository. */
  path: string
  before: string | undefined
  text: string | undefined
  /** The file of the repository that it is copied from as it is, for it may be no text. */
  copyOf?: string
}

/** A repository as it will be: files are read through what is going to be written, and nothing is written yet. */
export class Overlay {
  readonly directory: string
  readonly #changes = new Map<string, FileChange>()

  constructor(directory: string) {
    this.directory = directory
  }

  /** @throws `PathOutsideRepository` */
  async read(file: string): Promise<string | undefined> {
    const change = this.#changes.get(file)
    return change ? change.text : readTextIfExists(await resolveInside(this.directory, file))
  }

  async write(file: string, text: string | undefined, copyOf?: string): Promise<void> {
    const before = this.#changes.has(file) ? this.#changes.get(file)?.before : await this.read(file)
    if (before === text) this.#changes.delete(file)
    else this.#changes.set(file, { path: file, before, text, ...(copyOf !== undefined && { copyOf }) })
  }

  /** Every text below `folder`, by path relative to it. */
  async texts(folder: string): Promise<Map<string, string>> {
    const texts = await textsIn(path.join(this.directory, folder))
    for (const { path: file, text } of this.#changes.values()) {
      if (!file.startsWith(`${folder}/`)) continue
      const name = file.slice(folder.length + 1)
      if (text === undefined) texts.delete(name)
      else texts.set(name, text)
    }
    return texts
  }

  /** Sorted by path. */
  get changes(): FileChange[] {
    return [...this.#changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  }
}
