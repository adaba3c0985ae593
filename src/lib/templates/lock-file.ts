import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import lockfile from 'proper-lockfile'
import * as z from 'zod'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import { readTextIfExists, resolveInside, toJsonText, writeFileAtomic } from '../core/files.js'

export const LOCK_FILE = 'platform.lock.json'

/** The version 0.1.0 of platform knows no roots, and would take a newer root back to an older one: it must not read such a lock. */
const ROOTS_VERSION = 2

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be sha256: and 64 hexadecimal digits' })

const rootSchema = z.looseObject({
  root: z.string(),
  version: z.string(),
  templates: z.string(),
  modules: z.record(z.string(), z.string()),
})

/** A root module in the repository: which template it was made from, in which version, and the versions of its modules. */
export type RootEntry = z.output<typeof rootSchema>

/** Loose: a later version may have added something, and it must survive being read and written by this one. */
export const lockSchema = z.looseObject({
  schemaVersion: z.literal([1, ROOTS_VERSION], { error: 'must be 1 or 2; a newer version of platform may have written the file' }),
  /** The newest version of the templates that anything here was made from. */
  templates: z.looseObject({ version: z.string() }).optional(),
  /** By folder of the root module. */
  roots: z.record(z.string(), rootSchema).optional(),
  /** The text that platform wrote to each vendored file, also where somebody changed it since. */
  files: z.record(z.string(), digest).default({}),
  /** Vendored files that somebody deleted on purpose: they are not written again. */
  removed: z.array(z.string()).optional(),
  /** By file of a module: whose edits were merged into it, and the digest of the text that brought them. */
  carried: z.record(z.string(), z.looseObject({ from: z.string(), digest })).optional(),
  /** By add-on: the archive that was used first, which every later one must equal. `also`: versions of other environments. */
  charts: z
    .record(
      z.string(),
      z.looseObject({
        repository: z.string(),
        version: z.string(),
        digest,
        also: z.record(z.string(), z.looseObject({ repository: z.string(), digest })).optional(),
      }),
    )
    .optional(),
  tools: z.record(z.string(), z.looseObject({ version: z.string(), source: z.string(), sha256: z.string().optional() })).default({}),
})

/** `platform.lock.json`: what was vendored into a repository and which tools were pinned for it. */
export type PlatformLock = z.output<typeof lockSchema>

/** Digest of a text file. Line ends do not count: Git may change them between machines. */
export function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content.replaceAll('\r\n', '\n')).digest('hex')}`
}

/**
 * Reads `platform.lock.json` in `directory`. Without one, an empty lock.
 * @throws `LockFileInvalid` when it is not what platform writes, `PathOutsideRepository` when it is a link that leads elsewhere.
 */
export async function readLock(directory: string): Promise<PlatformLock> {
  const text = await readTextIfExists(await resolveInside(directory, LOCK_FILE))
  return text === undefined ? { schemaVersion: 1, files: {}, tools: {} } : parseLock(text)
}

/**
 * Changes `platform.lock.json` in `directory`: `change` gets the current lock and changes it in place.
 * Safe against another process doing the same; keys are sorted, and nothing is written when nothing changed.
 * @throws `LockFileInvalid`, `FileNotWritable`, `PathOutsideRepository`
 */
export async function updateLock(directory: string, change: (lock: PlatformLock) => void): Promise<PlatformLock> {
  const file = await resolveInside(directory, LOCK_FILE)
  return exclusively(directory, async () => {
    const lock = await readLock(directory)
    change(lock)
    if (lock.roots) lock.schemaVersion = ROOTS_VERSION
    const text = toJsonText(sortKeys(lock))
    if (text !== (await readTextIfExists(file))) await writeFileAtomic(file, text)
    return lock
  })
}

async function exclusively<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const release = await takeGuard(await resolveInside(directory, path.join('.platform', 'locks', LOCK_FILE)))
  try {
    return await work()
  } finally {
    await release()
  }
}

async function takeGuard(guard: string): Promise<() => Promise<void>> {
  try {
    await mkdir(path.dirname(guard), { recursive: true })
    // Waits twelve seconds: the guard of a holder that died counts as free after ten.
    return await lockfile.lock(guard, { realpath: false, stale: 10_000, retries: { retries: 120, factor: 1, minTimeout: 100 } })
  } catch (error) {
    const taken = isSystemError(error, 'ELOCKED')
    throw new UserError(taken ? 'RunInProgress' : 'FileNotWritable', `Cannot write ${LOCK_FILE}.`, {
      cause: error,
      reason: taken ? 'Another process is writing it.' : messageOf(error),
      next: [taken ? 'Wait a moment, then run the command again.' : 'Check the rights of the folder and the free space of the disk.'],
      details: { file: LOCK_FILE },
    })
  }
}

function parseLock(text: string): PlatformLock {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const conflict = /^(?:<{7}|>{7}) /m.test(text)
    throw invalid(conflict ? 'It holds the marks of a Git merge conflict.' : `It is not JSON: ${messageOf(error)}.`, error)
  }
  const result = lockSchema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalid(`${issue?.path.join('.') || 'The whole file'}: ${issue?.message ?? 'not valid'}.`, result.error)
}

function invalid(reason: string, cause: unknown): UserError {
  return new UserError('LockFileInvalid', `${LOCK_FILE} cannot be read.`, {
    cause,
    reason,
    next: [
      `Solve the conflict or undo the change by hand. When the file is in Git, this brings back its last commit: git checkout HEAD -- ${LOCK_FILE}`,
      `When it was never committed, delete ${LOCK_FILE}: the next command writes a new one, and keeps every file that you edited.`,
    ],
    details: { file: LOCK_FILE },
  })
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, sortKeys(child)]),
  )
}
