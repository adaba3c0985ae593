import { readTextIfExists, resolveInside, writeFileAtomic } from '../core/files.js'
import { refuseConflicts } from './conflict-markers.js'
import { digestOf, readLock, updateLock, type PlatformLock, type RootEntry } from './lock-file.js'
import { nameOfRoot, noteRoot, partsOf } from './parts.js'
import { pristineFiles, textMissing, type PristineFile } from './pristine.js'
import { entryOfRoot, type RootPlace } from './root-entry.js'
import { readReleases, templatesFolder } from './shipped.js'
import { refuseUnfinishedUpdate } from './update/staged.js'

export interface VendorOptions extends RootPlace {
  /** Folder of the templates. Default: those that come with platform. */
  templates?: string
}

/** Paths relative to the repository, sorted. */
export interface Vendored {
  written: string[]
  unchanged: string[]
  /** Changed by somebody since platform wrote them, and kept as they are. */
  edited: string[]
  /** Pristine copies that were written. */
  copies: string[]
}

interface Decision extends PristineFile {
  target: string
  action: 'write' | 'keep' | 'leave' | 'removed'
}

/**
 * Brings a root module and the modules it uses into the repository at `directory`: `{ root: 'eks', folder: 'infra/environments/dev' }`.
 * A new root gets the newest version. One that exists keeps the versions that it has, until `template update` moves it: a file that
 * somebody edited is kept, one that is gone is written again. The texts as platform wrote them are kept beside (`infra/.templates`),
 * and versions and digests are noted in `platform.lock.json`.
 * @throws before anything is written: `InvalidName`, `PathOutsideRepository`, `LockFileInvalid`, `TemplatesTooNew`,
 * `TemplateConflict` (unresolved conflict markers), `TemplateUpdateUnfinished`, `TemplateTextMissing`; and `FileNotWritable`
 */
export async function vendorRoot(directory: string, options: VendorOptions): Promise<Vendored> {
  await refuseUnfinishedUpdate(directory, nameOfRoot(options.folder))
  const folder = options.templates ?? templatesFolder()
  const lock = await readLock(directory)
  const entry = await entryOfRoot(directory, lock, options, { folder, releases: await readReleases(folder) })
  const parts = partsOf(options.folder, entry)
  const files = (await Promise.all(parts.map((part) => pristineFiles(directory, lock, folder, part)))).flat()
  const removed = new Set(lock.removed)
  const decisions = await Promise.all(files.map((file) => decide(directory, file, removed)))
  const copies = await missingCopies(directory, files)
  await refuseConflicts(directory, parts)

  const writes = [...decisions.filter(({ action }) => action === 'write'), ...copies]
  await Promise.all(writes.map(async ({ target, content }) => content !== undefined && writeFileAtomic(target, content)))
  // After the files: a crash in between leaves files that are already right, and the next run notes them.
  await updateLock(directory, (current) => note(current, options.folder, entry, files))
  const pathsOf = (action: Decision['action']): string[] =>
    decisions
      .filter((decision) => decision.action === action)
      .map((decision) => decision.path)
      .sort()
  return { written: pathsOf('write'), unchanged: pathsOf('keep'), edited: pathsOf('leave'), copies: copies.map(({ copy }) => copy).sort() }
}

async function decide(directory: string, file: PristineFile, removed: ReadonlySet<string>): Promise<Decision> {
  const target = await resolveInside(directory, file.path)
  const current = await readTextIfExists(target)
  if (current !== undefined && (file.content === undefined || digestOf(current) !== digestOf(file.content)))
    return { ...file, target, action: 'leave' }
  if (current !== undefined) return { ...file, target, action: 'keep' }
  if (removed.has(file.path)) return { ...file, target, action: 'removed' }
  if (file.content === undefined) throw textMissing(file)
  return { ...file, target, action: 'write' }
}

/** A copy with another text is left alone, and never used: `template verify` tells about it. */
async function missingCopies(directory: string, files: readonly PristineFile[]): Promise<Array<{ copy: string; target: string; content: string }>> {
  const found = await Promise.all(
    files.map(async ({ copy, content }) => {
      const target = await resolveInside(directory, copy)
      return content !== undefined && (await readTextIfExists(target)) === undefined ? [{ copy, target, content }] : []
    }),
  )
  return found.flat()
}

function note(lock: PlatformLock, folder: string, entry: RootEntry, files: readonly PristineFile[]): void {
  noteRoot(lock, folder, entry)
  for (const { path, content } of files) if (content !== undefined) lock.files[path] = digestOf(content)
}
