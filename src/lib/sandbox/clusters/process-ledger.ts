import { toJsonText, writeFileAtomic } from '../../core/files.js'
import type { ProcessIdentity } from '../../core/ports.js'
import { readJson } from '../json-record.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'
import { isIdentity } from '../record.js'

/** Keeps a list of the processes that a supervisor started, so that the next one can make sure that none of them is left. */
export class ProcessLedger {
  readonly #file: string
  readonly #mutex = new KeyedMutex()
  readonly #running = new Map<string, ProcessIdentity>()

  constructor(file: string) {
    this.#file = file
  }

  /** @param role one process at a time has it, such as `dev/kube-apiserver`. */
  async started(role: string, { pid, startedAt }: ProcessIdentity): Promise<void> {
    this.#running.set(role, { pid, startedAt })
    await this.#write()
  }

  async ended(roles: readonly string[]): Promise<void> {
    for (const role of roles) this.#running.delete(role)
    await this.#write()
  }

  async #write(): Promise<void> {
    await this.#mutex.run('file', async () => writeFileAtomic(this.#file, toJsonText([...this.#running.values()]), { mode: 0o600 }))
  }
}

/** The processes in a list. What cannot be understood is left out: such processes ended with their supervisor all the same. */
export async function readLedger(file: string): Promise<ProcessIdentity[]> {
  const entries = await readJson(file)
  return Array.isArray(entries) ? entries.filter(isIdentity).map(({ pid, startedAt }) => ({ pid, startedAt })) : []
}
