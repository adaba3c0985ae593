import { hostname, userInfo } from 'node:os'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { ulid } from 'ulid'
import { makeFolder, readTextIfExists, toJsonText, writeFileAtomic } from './files.js'
import { isFields } from './plain-data.js'
import type { Clock, ProcessIdentity } from './ports.js'
import { redactValue } from './redaction.js'

export type RunStatus = 'running' | 'succeeded' | 'failed' | 'interrupted'

/** A program that a run started and that may outlive it. */
export interface RunProcess extends ProcessIdentity {
  operation: 'plan' | 'apply'
  /** When we started it (ISO 8601). */
  launchedAt: string
  /** Whether it takes the state lock. */
  locks: boolean
  /** ID of the state lock that the process took, as soon as it was seen. */
  lockId?: string
  /** It ended because the state was locked. */
  refused?: true
  finishedAt?: string
}

/** What `run show` tells of one command. */
export interface RunRecord {
  runId: string
  command: string
  environment: string
  /** The arguments of the command line, to run it again. */
  arguments?: readonly string[]
  /** Whether it was to change the environment, only its state or lock, or only to look. */
  purpose: 'change' | 'state' | 'look'
  status: RunStatus
  startedAt: string
  finishedAt?: string
  host: string
  user: string
  /** The process of `platform` itself. */
  owner: ProcessIdentity
  processes: RunProcess[]
  steps: Array<{ id: string; title: string; outcome: string; durationMs: number; detail?: string }>
  changes?: { add: number; change: number; destroy: number }
  planDigest?: string
  /** The commit whose files were applied. Absent: they had changes that were not committed, or there is no Git. */
  commit?: string
  error?: { code: string; message: string }
}

/** How many finished runs are kept. */
const KEEP = 100

/**
 * The history of what was done in a repository, one folder for each run below `.platform/runs`.
 * It may be deleted: nothing but history is lost.
 */
export class Journal {
  readonly #folder: string
  readonly #clock: Pick<Clock, 'now'>

  constructor(repository: string, clock: Pick<Clock, 'now'>) {
    this.#folder = path.join(repository, '.platform', 'runs')
    this.#clock = clock
  }

  /** Folder for the files of a run. Only the owner may read it: plan files hold secrets. */
  folderOf(runId: string): string {
    return path.join(this.#folder, runId)
  }

  async start(run: Pick<RunRecord, 'command' | 'arguments' | 'environment' | 'purpose' | 'owner'>): Promise<RunRecord> {
    const now = this.#clock.now()
    const record: RunRecord = {
      runId: ulid(now.getTime()).toLowerCase(),
      ...run,
      status: 'running',
      startedAt: now.toISOString(),
      host: hostname(),
      user: userInfo().username,
      processes: [],
      steps: [],
    }
    await makeFolder(this.folderOf(record.runId), { mode: 0o700 })
    await this.save(record)
    await this.#dropOldest()
    return record
  }

  async save(record: RunRecord): Promise<void> {
    await writeFileAtomic(path.join(this.folderOf(record.runId), 'run.json'), toJsonText(redactValue(record)), { mode: 0o600 })
  }

  async finish(record: RunRecord, status: Exclude<RunStatus, 'running'>): Promise<void> {
    record.status = status
    record.finishedAt = this.#clock.now().toISOString()
    await this.save(record)
  }

  /** The record of one run, or undefined when there is none or it is unreadable. */
  async read(runId: string): Promise<RunRecord | undefined> {
    if (!/^[0-9a-z]{26}$/.test(runId)) return undefined
    try {
      const text = await readTextIfExists(path.join(this.folderOf(runId), 'run.json'))
      if (text === undefined) return undefined
      const record: unknown = JSON.parse(text)
      return isRunRecord(record) ? record : undefined
    } catch {
      return undefined // A damaged record is history lost, not a reason to stop.
    }
  }

  /** Newest first. */
  async list(environment?: string): Promise<RunRecord[]> {
    const records: RunRecord[] = []
    for (const id of (await this.#ids()).reverse()) {
      const record = await this.read(id)
      if (record && (environment === undefined || record.environment === environment)) records.push(record)
    }
    return records
  }

  async #ids(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => /^[0-9a-z]{26}$/.test(name)).sort()
    } catch {
      return []
    }
  }

  async #dropOldest(): Promise<void> {
    const ids = await this.#ids()
    for (let surplus = ids.length - KEEP; surplus > 0; surplus -= 1) {
      const id = await this.#leastOf(ids)
      ids.splice(ids.indexOf(id), 1)
      await rm(this.folderOf(id), { recursive: true, force: true })
    }
  }

  /** The oldest that only looked, for whoever watches makes many of them; else the oldest. Never the newest, which has just begun. */
  async #leastOf(ids: readonly string[]): Promise<string> {
    for (const id of ids.slice(0, -1)) if ((await this.read(id))?.purpose === 'look') return id
    return ids[0] ?? ''
  }
}

/** Enough of a record to show it and to go on from it. What somebody wrote by hand, or half of a record, is not. */
function isRunRecord(value: unknown): value is RunRecord {
  if (!isFields(value)) return false
  const { owner, processes, steps } = value
  const texts = ['runId', 'command', 'environment', 'purpose', 'status', 'startedAt', 'host', 'user'] as const
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    isIdentity(owner) &&
    Array.isArray(processes) &&
    processes.every((process) => isIdentity(process) && 'operation' in process && 'launchedAt' in process) &&
    Array.isArray(steps) &&
    steps.every(isFields)
  )
}

function isIdentity(value: unknown): value is Record<string, unknown> {
  return isFields(value) && Number.isSafeInteger(value['pid']) && Number(value['pid']) > 0 && typeof value['startedAt'] === 'string'
}
