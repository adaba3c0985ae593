import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../../core/errors.js'
import { initBareRepository, type GitPorts } from '../../git/git.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'

/** As CodeCommit names repositories, without those that a program could take for a flag or a hidden folder. */
const NAME = /^\w[\w.-]{0,99}$/

/** Pushes are taken, files are not served one by one, and nothing tidies up in the background. */
const SETTINGS = '[http]\n\treceivepack = true\n\tgetanyfile = false\n[receive]\n\tautogc = false\n[gc]\n\tauto = 0\n'

/** Whether a repository may have this name. */
export function isRepositoryName(name: string): boolean {
  return NAME.test(name) && !name.endsWith('.git') && !name.endsWith('.lock') && !name.includes('..')
}

/** The bare repositories of a sandbox: one folder `NAME.git` each. */
export class GitRepositories {
  readonly folder: string
  readonly #ports: GitPorts
  readonly #mutex = new KeyedMutex()

  constructor(ports: GitPorts, folder: string) {
    this.#ports = ports
    this.folder = folder
  }

  async has(name: string): Promise<boolean> {
    const found = await stat(this.#pathOf(name)).catch(() => undefined)
    return found?.isDirectory() === true
  }

  async names(): Promise<string[]> {
    const entries = await readdir(this.folder).catch(() => [])
    return entries.map((entry) => entry.replace(/\.git$/, '')).filter((name, index) => entries[index] !== name && isRepositoryName(name))
  }

  /** Makes the repository unless it is there. It appears as a whole. */
  async ensure(name: string): Promise<void> {
    await this.#mutex.run(name, async () => {
      if (await this.has(name)) return
      const draft = path.join(this.folder, `.new-${randomUUID()}`)
      await mkdir(draft, { recursive: true })
      try {
        await initBareRepository(this.#ports, draft, 'main')
        await appendFile(path.join(draft, 'config'), SETTINGS)
        await rename(draft, this.#pathOf(name))
      } finally {
        await rm(draft, { recursive: true, force: true })
      }
    })
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#mutex.run(from, async () => {
      try {
        await rename(this.#pathOf(from), this.#pathOf(to))
      } catch (error) {
        // CodeCommit knew both names and has renamed already; what was never pushed to has no folder.
        if (!isSystemError(error, 'ENOENT')) throw error
      }
    })
  }

  async remove(name: string): Promise<void> {
    await this.#mutex.run(name, () => rm(this.#pathOf(name), { recursive: true, force: true }))
  }

  #pathOf(name: string): string {
    if (!isRepositoryName(name)) throw new Error(`Not the name of a repository: ${JSON.stringify(name)}`)
    return path.join(this.folder, `${name}.git`)
  }
}
