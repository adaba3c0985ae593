import { appendFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { TrailRecord } from './record.js'

/** A place between two records. */
export interface Position {
  /** `2026-01-31`, in UTC. */
  day: string
  offset: number
}

export interface JournalLimits {
  days: number
  bytes: number
}

/** As long as CloudTrail's event history; the bytes are for about 400 000 calls. */
const LIMITS: JournalLimits = { days: 90, bytes: 512 * 1024 * 1024 }
/** Read in one go. */
const MAX_READ = 16 * 1024 * 1024

/** Every record of the sandbox: one file for each day, one line for each record, only ever added to. */
export class Journal {
  readonly #folder: string
  readonly #limits: JournalLimits
  #pruned = ''

  constructor(folder: string, limits: JournalLimits = LIMITS) {
    this.#folder = folder
    this.#limits = limits
  }

  /** Adds records in their order. @returns where the first of them begins. */
  async add(records: readonly TrailRecord[], now: Date): Promise<Position> {
    const position = await this.end(now)
    if (position.day !== this.#pruned) await this.#prune(position.day)
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('')
    await appendFile(this.#file(position.day), text, { mode: 0o600 })
    return position
  }

  /** Behind everything that is there. */
  async end(now: Date): Promise<Position> {
    const day = now.toISOString().slice(0, 10)
    return { day, offset: (await stat(this.#file(day)).catch(() => undefined))?.size ?? 0 }
  }

  /** What comes after a position: at most some thousand records, and where they end. An empty answer is the end. */
  async read(from: Position): Promise<{ records: TrailRecord[]; next: Position }> {
    const days = (await this.#days()).filter((day) => day >= from.day)
    for (const day of days) {
      const offset = day === from.day ? from.offset : 0
      const lines = await readLines(this.#file(day), offset)
      if (lines.length > 0) return { records: recordsIn(lines), next: { day, offset: offset + lines.length } }
    }
    return { records: [], next: from }
  }

  /** The lines of all records, the newest first. */
  async *backwards(): AsyncGenerator<string> {
    for (const day of (await this.#days()).toReversed()) {
      const text = await readFile(this.#file(day), 'utf8').catch(() => '')
      yield* text
        .split('\n')
        .filter((line) => line !== '')
        .toReversed()
    }
  }

  async #prune(today: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const oldest = new Date(Date.parse(today) - this.#limits.days * 86_400_000).toISOString().slice(0, 10)
    let room = this.#limits.bytes
    for (const day of (await this.#days()).toReversed()) {
      room -= (await stat(this.#file(day))).size
      if (day < oldest || (room < 0 && day !== today)) await rm(this.#file(day), { force: true })
    }
    this.#pruned = today
  }

  async #days(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names.flatMap((name) => /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name)?.[1] ?? []).sort()
  }

  #file(day: string): string {
    return path.join(this.#folder, `${day}.jsonl`)
  }
}

/** Whole lines only: the last one may still be on its way. */
async function readLines(file: string, offset: number): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return Buffer.alloc(0)
  try {
    const size = Math.min(MAX_READ, Math.max(0, (await handle.stat()).size - offset))
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, offset)
    return buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(10) + 1)
  } finally {
    await handle.close()
  }
}

/** A line that a crash cut in two is no record. */
function recordsIn(lines: Buffer): TrailRecord[] {
  return lines
    .toString('utf8')
    .split('\n')
    .flatMap((line) => parseRecord(line) ?? [])
}

export function parseRecord(line: string): TrailRecord | undefined {
  try {
    return JSON.parse(line) as TrailRecord
  } catch {
    return undefined
  }
}
