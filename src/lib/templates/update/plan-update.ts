import semver from 'semver'
import { UserError } from '../../core/errors.js'
import type { RootEntry } from '../lock-file.js'
import { entryOf, forgetFolder, nameOfRoot, noteRoot, partsOf, pristineFolderOf, rootFolders, templateOf, type Part } from '../parts.js'
import { pristineFiles, shippedTexts, textMissing } from '../pristine.js'
import { entryOfRoot } from '../root-entry.js'
import type { Manifest } from '../shipped.js'
import { movePart, type MoveContext, type UpdatedFile } from './merge-part.js'

export interface RootUpdate {
  /** `dev`, or `shared`. */
  name: string
  folder: string
  root: string
  from: Versions
  to: Versions
  /** `conflicts`: updated, and somebody has to resolve conflicts. */
  status: 'unchanged' | 'updated' | 'conflicts'
  files: UpdatedFile[]
}

export interface Versions {
  /** Of the root module. */
  version: string
  /** Of the templates. */
  templates: string
  modules: Record<string, string>
}

export interface UpdateContext extends MoveContext {
  templates: { folder: string; releases: readonly Manifest[] }
  /** The templates to update to. */
  release: Manifest
}

/**
 * Notes the versions of every root that is in the repository, for one of version 0.1.0 has only digests, and forgets those
 * whose folder was deleted.
 */
export async function noteAllRoots({ overlay, lock, templates }: UpdateContext): Promise<void> {
  for (const folder of rootFolders(lock)) {
    if ((await overlay.texts(folder)).size === 0) forgetFolder(lock, folder)
    else if (!lock.roots?.[folder])
      noteRoot(lock, folder, await entryOfRoot(overlay.directory, lock, { folder, root: templateOf(folder, lock) }, templates))
  }
}

/** Moves one root to the release, in the overlay and the lock of `context`. */
export async function planRoot(context: UpdateContext, folder: string): Promise<RootUpdate> {
  const { lock, templates, overlay, release } = context
  const root = templateOf(folder, lock)
  const entry = await entryOfRoot(overlay.directory, lock, { folder, root }, templates)
  const target = entryOf(release, root)
  if (!target) throw notInRelease(folder, root, release)
  const back = semver.lt(target.version, entry.version)
  if (back) throw older(folder, entry, release)
  const next = target.version === entry.version ? entry : target
  const files: UpdatedFile[] = []
  const [oldRoot, ...oldModules] = partsOf(folder, entry)
  const [newRoot, ...newModules] = partsOf(folder, next)
  if (!oldRoot || !newRoot) throw new Error('a root has no part')
  for (const to of newModules) {
    const from = oldModules.find(({ name }) => name === to.name)
    files.push(...(await movedFiles(context, from, to)))
  }
  files.push(...(await movedFiles(context, oldRoot, newRoot)))
  noteRoot(lock, folder, { ...entry, ...next })
  const changed = files.some(({ action }) => action !== 'kept' && action !== 'deleted')
  const conflicts = files.some(({ action }) => action === 'conflict')
  return {
    name: nameOfRoot(folder),
    folder,
    root,
    from: versionsOf(entry),
    to: versionsOf(next),
    status: conflicts ? 'conflicts' : changed || next !== entry ? 'updated' : 'unchanged',
    files,
  }
}

/** `from` is undefined for a module that the root did not use before. */
async function movedFiles(context: UpdateContext, from: Part | undefined, to: Part): Promise<UpdatedFile[]> {
  const { lock, templates, overlay, release } = context
  const base = from ? await baseOf(context, from) : new Map<string, string>()
  // A part that stays as it is needs nothing of the templates, and this platform may not even have them.
  const stays = from?.version === to.version
  const theirs = stays ? base : await shippedTexts(templates.folder, to)
  if (theirs.size === 0) throw new Error(`${to.kind} ${to.name} ${to.version} is not among the templates`)
  const move = { from: from ?? { ...to, folder: `${to.folder}/none` }, to, base, theirs, label: `template ${release.version}` }
  const files = await movePart({ ports: context.ports, overlay, lock }, move)
  for (const [name, text] of theirs) await overlay.write(`${pristineFolderOf(to)}/${name}`, text)
  return files
}

/** @throws `TemplateTextMissing`: without it an edit cannot be told from what platform wrote. */
async function baseOf({ overlay, lock, templates }: UpdateContext, part: Part): Promise<Map<string, string>> {
  const files = await pristineFiles(overlay.directory, lock, templates.folder, part)
  return new Map(
    files.map((file) => {
      if (file.content === undefined) throw textMissing(file)
      return [file.path.slice(part.folder.length + 1), file.content]
    }),
  )
}

function versionsOf({ version, templates, modules }: RootEntry): Versions {
  return { version, templates, modules }
}

function older(folder: string, entry: RootEntry, release: Manifest): UserError {
  return new UserError('BadFlag', `${nameOfRoot(folder)} is newer than the templates ${release.version}.`, {
    reason: `Its root has version ${entry.version} (templates ${entry.templates}). An update goes forwards only.`,
    next: ['To go back, undo the commit of the update in Git.'],
    details: { folder, version: entry.version, to: release.version },
  })
}

function notInRelease(folder: string, root: string, release: Manifest): UserError {
  return new UserError('BadFlag', `The templates ${release.version} have no root ${root}.`, { details: { folder, to: release.version } })
}
