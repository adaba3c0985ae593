import { copyFile, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { isSystemError, messageOf, UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside, toJsonText, writeFileAtomic } from '../../core/files.js'
import { digestOf, lockSchema, updateLock, type PlatformLock } from '../lock-file.js'
import type { FileChange } from './overlay.js'

/** Where an update lies that was decided and is not carried out to its end. */
const FOLDER = '.platform/template-update'
const RECORD = `${FOLDER}/record.json`

const digestOrNothing = z.string().nullable()
const recordSchema = z.object({
  /** Names of the roots that are moved. */
  roots: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), before: digestOrNothing, after: digestOrNothing, copied: z.boolean().optional() })),
  /** The parts of the lock that an update changes, as they will be. */
  lock: lockSchema,
  /** The lock as it was: what another process adds in between is kept. */
  lockBefore: lockSchema,
})

type Staged = z.output<typeof recordSchema>

/**
 * Writes an update down, whole, before the first file of the repository is touched: from then on it can be finished
 * however often it is cut short.
 */
export async function stageUpdate(
  directory: string,
  update: { roots: string[]; changes: readonly FileChange[]; lock: PlatformLock; lockBefore: PlatformLock },
): Promise<void> {
  await dropStaged(directory)
  const files = update.changes.map(({ path: file, before, text, copyOf }) => ({
    ...{ path: file, before: digestOrNull(before), after: digestOrNull(text) },
    ...(copyOf !== undefined && { copied: true }),
  }))
  await Promise.all(
    update.changes.map(async ({ text, copyOf }, index) => {
      if (text === undefined) return
      const staged = await resolveInside(directory, `${FOLDER}/${index}`)
      await writeFileAtomic(staged, text)
      if (copyOf !== undefined) await copyFile(await resolveInside(directory, copyOf), staged)
    }),
  )
  const record: Staged = { roots: update.roots, files, lock: update.lock, lockBefore: update.lockBefore }
  await writeFileAtomic(await resolveInside(directory, RECORD), toJsonText(record))
}

/** Names of the roots whose update was cut short; undefined when there is none. */
export async function unfinishedUpdate(directory: string): Promise<string[] | undefined> {
  return (await readStaged(directory))?.roots
}

/** Refuses to work with a root that is half in the old version and half in the new one. @throws `TemplateUpdateUnfinished` */
export async function refuseUnfinishedUpdate(directory: string, root: string): Promise<void> {
  const roots = await unfinishedUpdate(directory)
  if (!roots?.includes(root)) return
  throw new UserError('TemplateUpdateUnfinished', `The update of ${roots.join(' and ')} to newer templates was cut short.`, {
    next: [`Finish it: platform template update ${roots.join(' ')}`],
    details: { roots },
  })
}

/**
 * Carries out what was written down. Safe to repeat.
 * @throws `TemplateUpdateUnfinished` when a file was changed in between; nothing is written then.
 */
export async function finishUpdate(directory: string): Promise<void> {
  const staged = await readStaged(directory)
  if (!staged) return
  for (const { target, index, after, copied } of await filesToWrite(directory, staged)) {
    if (after === null) await removeFile(await realpath(directory), target)
    else await writeStaged(path.join(directory, FOLDER, String(index)), target, copied === true)
  }
  await updateLock(directory, (lock) => takeOver(lock, staged))
  await dropStaged(directory)
}

/** A copy may be executable; any other file keeps the rights that it has. */
async function writeStaged(staged: string, target: string, copied: boolean): Promise<void> {
  await writeFileAtomic(target, await readFile(staged), copied ? { mode: (await stat(staged)).mode & 0o777 } : {})
}

type StagedFile = Staged['files'][number]

async function filesToWrite(directory: string, { files, roots }: Staged): Promise<Array<StagedFile & { target: string; index: number }>> {
  const todo: Array<StagedFile & { target: string; index: number }> = []
  const changed: string[] = []
  for (const [index, entry] of files.entries()) {
    const { path: file, before, after } = entry
    const target = await resolveInside(directory, file)
    const current = digestOrNull(await readTextIfExists(target))
    if (current === after) continue
    if (current === before) todo.push({ ...entry, target, index })
    else changed.push(file)
  }
  if (changed.length === 0) return todo
  throw new UserError('TemplateUpdateUnfinished', 'The update cannot be finished: files were changed since it was cut short.', {
    reason: changed.join('\n'),
    next: [
      `Bring them back as they were: git checkout HEAD -- ${changed.join(' ')}`,
      `Or undo the whole update: git checkout HEAD -- infra platform.lock.json, and delete ${FOLDER}`,
      `Then run: platform template update ${roots.join(' ')}`,
    ],
    details: { files: changed },
  })
}

/** Sets what the update changed, and nothing else. */
function takeOver(lock: PlatformLock, { lock: after, lockBefore: before }: Staged): void {
  lock.files = merged(lock.files, before.files, after.files)
  lock.roots = merged(lock.roots ?? {}, before.roots ?? {}, after.roots ?? {})
  const carried = merged(lock.carried ?? {}, before.carried ?? {}, after.carried ?? {})
  if (Object.keys(carried).length > 0) lock.carried = carried
  const removed = (after.removed ?? []).filter((file) => lock.files[file] !== undefined)
  if (removed.length > 0) lock.removed = removed
  else delete lock.removed
  if (after.templates) lock.templates = { ...lock.templates, ...after.templates }
}

function merged<T>(current: Record<string, T>, before: Record<string, T>, after: Record<string, T>): Record<string, T> {
  const gone = new Set(Object.keys(before).filter((key) => !(key in after)))
  return { ...Object.fromEntries(Object.entries(current).filter(([key]) => !gone.has(key))), ...after }
}

async function readStaged(directory: string): Promise<Staged | undefined> {
  const text = await readTextIfExists(await resolveInside(directory, RECORD))
  if (text === undefined) return undefined
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new UserError('TemplateUpdateUnfinished', `${RECORD} cannot be read.`, {
      cause: error,
      reason: messageOf(error),
      next: [`Undo the update that was cut short: git checkout HEAD -- infra platform.lock.json, and delete ${FOLDER}`],
    })
  }
}

/** The record first: without it the rest is only rubbish. */
async function dropStaged(directory: string): Promise<void> {
  await rm(await resolveInside(directory, RECORD), { force: true })
  await rm(await resolveInside(directory, FOLDER), { recursive: true, force: true })
}

/**
 * Removes the file, and the folders that it leaves empty.
 * @param directory without links in it, as in `target`.
 */
async function removeFile(directory: string, target: string): Promise<void> {
  await rm(target, { force: true })
  for (let folder = path.dirname(target); folder.startsWith(directory + path.sep); folder = path.dirname(folder)) {
    try {
      await rmdir(folder)
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return
      throw error
    }
  }
}

function digestOrNull(text: string | undefined): string | null {
  return text === undefined ? null : digestOf(text)
}
