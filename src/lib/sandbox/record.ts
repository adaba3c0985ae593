import { toJsonText, writeFileAtomic } from '../core/files.js'
import type { ProcessIdentity } from '../core/ports.js'
import { readJson } from './json-record.js'

/** What a supervisor writes about itself, for every other process. */
export interface SandboxRecord {
  schemaVersion: 1
  state: 'starting' | 'ready' | 'failed'
  /** Why the supervisor gave up. */
  failure?: string
  supervisor: ProcessIdentity
  emulator?: ProcessIdentity
  emulatorVersion: string
  /** What the supervisor runs, see `currentBuild`. Those of the first versions do not say. */
  build?: string
  port: number
  endpoint: string
  accountId: string
  region: string
  /** Opens the gateway's control interface. Whoever can read the repository may control its sandbox. */
  token: string
  since: string
  /** Whether EKS clusters have a Kubernetes of their own. */
  kubernetes?: boolean
}

/** The record, or undefined when there is none or it cannot be understood (a start then makes a new one). */
export async function readRecord(file: string): Promise<SandboxRecord | undefined> {
  const record = await readJson(file)
  return isRecord(record) ? record : undefined
}

// By hand: every command that talks to a sandbox reads it, and the validation library would take longer than the rest of the way.
function isRecord(value: unknown): value is SandboxRecord {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Record<string, unknown>
  return (
    record['schemaVersion'] === 1 &&
    ['starting', 'ready', 'failed'].includes(String(record['state'])) &&
    isIdentity(record['supervisor']) &&
    (record['emulator'] === undefined || isIdentity(record['emulator'])) &&
    Number.isSafeInteger(record['port']) &&
    TEXTS.every((field) => typeof record[field] === 'string') &&
    OPTIONAL_TEXTS.every((field) => record[field] === undefined || typeof record[field] === 'string') &&
    (record['kubernetes'] === undefined || typeof record['kubernetes'] === 'boolean')
  )
}

const TEXTS = ['emulatorVersion', 'endpoint', 'accountId', 'region', 'token', 'since'] as const
const OPTIONAL_TEXTS = ['failure', 'build'] as const

/** A process that can be told from a later one of the same id. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false
  const { pid, startedAt } = value as Record<string, unknown>
  return Number.isSafeInteger(pid) && typeof startedAt === 'string'
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
