import * as z from 'zod/mini'
import { toJsonText, writeFileAtomic } from '../core/files.js'
import { readJsonRecord } from './json-record.js'

/** A process that can be told from a later one of the same id. */
export const identity = z.object({ pid: z.int(), startedAt: z.string() })

const recordSchema = z.object({
  schemaVersion: z.literal(1),
  state: z.enum(['starting', 'ready', 'failed']),
  /** Why the supervisor gave up. */
  failure: z.optional(z.string()),
  supervisor: identity,
  emulator: z.optional(identity),
  emulatorVersion: z.string(),
  /** What the supervisor runs, see `currentBuild`. Those of the first versions do not say. */
  build: z.optional(z.string()),
  port: z.int(),
  endpoint: z.string(),
  accountId: z.string(),
  region: z.string(),
  /** Opens the gateway's control interface. Whoever can read the repository may control its sandbox. */
  token: z.string(),
  since: z.string(),
  /** Whether EKS clusters have a Kubernetes of their own. */
  kubernetes: z.optional(z.boolean()),
})

/** What a supervisor writes about itself, for every other process. */
export type SandboxRecord = z.output<typeof recordSchema>

/** The record, or undefined when there is none or it cannot be understood (a start then makes a new one). */
export async function readRecord(file: string): Promise<SandboxRecord | undefined> {
  return readJsonRecord(file, recordSchema)
}

/** A supervisor's hold on its own record. Only the owner of the files may read it, because of the token. */
export class RecordKeeper {
  readonly #file: string
  #record: SandboxRecord | undefined

  constructor(file: string) {
    this.#file = file
  }

  async begin(record: SandboxRecord): Promise<void> {
    this.#record = record
    await this.#write(record)
  }

  /** Changes fields. Nothing happens before `begin`. */
  async update(change: Partial<SandboxRecord>): Promise<void> {
    if (!this.#record) return
    this.#record = { ...this.#record, ...change }
    await this.#write(this.#record)
  }

  async #write(record: SandboxRecord): Promise<void> {
    await writeFileAtomic(this.#file, toJsonText(record), { mode: 0o600 })
  }
}
