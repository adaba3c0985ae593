import path from 'node:path'
import { mergeTexts } from '../../git/merge-file.js'
import type { GitPorts } from '../../git/git.js'
import { conflictLines } from '../conflict-markers.js'
import { digestOf, type PlatformLock } from '../lock-file.js'
import type { Part } from '../parts.js'
import type { Overlay } from './overlay.js'

/**
 * What an update does to one file. `kept`: it stays as the user has it. `deleted`: the user deleted it, and it stays deleted.
 * `removed`: the new version has no such file, and nobody had edited it.
 */
export type FileAction = 'added' | 'updated' | 'merged' | 'conflict' | 'kept' | 'deleted' | 'removed' | 'unchanged'

export interface UpdatedFile {
  path: string
  action: FileAction
  /** Where the conflicts begin. */
  lines?: number[]
  /** What a person should look at, in a sentence. */
  look?: string
}

export interface PartMove {
  from: Part
  to: Part
  /** The texts that platform wrote, by path relative to the folder. */
  base: ReadonlyMap<string, string>
  theirs: ReadonlyMap<string, string>
  /** What the markers call the new text. */
  label: string
}

export interface MoveContext {
  ports: GitPorts
  overlay: Overlay
  /** The lock as it will be. */
  lock: PlatformLock
}

/** Moves a part to another version: merges, file by file, what the user changed in `base` into `theirs`. */
export async function movePart(context: MoveContext, move: PartMove): Promise<UpdatedFile[]> {
  const ours = await context.overlay.texts(move.from.folder)
  // In the folder of a root lie files of the user, which stay where they are. Those in a module move on with it.
  const own = move.from.folder === move.to.folder ? [] : [...ours.keys()]
  const names = [...new Set([...move.base.keys(), ...move.theirs.keys(), ...own])].sort()
  const files: UpdatedFile[] = []
  for (const name of names) files.push(...(await moveFile(context, move, name, ours.get(name))))
  return files
}

async function moveFile(context: MoveContext, move: PartMove, name: string, ours: string | undefined): Promise<UpdatedFile[]> {
  const { overlay, lock } = context
  const target = path.posix.join(move.to.folder, name)
  const inPlace = move.from.folder === move.to.folder
  const base = move.base.get(name)
  const theirs = move.theirs.get(name)
  const there = inPlace ? ours : await overlay.read(target)
  const wasThere = !inPlace && (there !== undefined || lock.files[target] !== undefined)
  const wanted = await merge(context, move, { base, ours, theirs })

  if (theirs !== undefined) lock.files[target] = digestOf(theirs)
  else if (base !== undefined && inPlace) lock.files = Object.fromEntries(Object.entries(lock.files).filter(([file]) => file !== target))

  const edited = ours !== undefined && (base === undefined || !same(ours, base))
  const source = path.posix.join(move.from.folder, name)
  const copyOf = base === undefined && theirs === undefined && !inPlace ? source : undefined
  if (wasThere) {
    if (!edited || isCarried(lock, target, source, ours)) return []
    carry(lock, target, source, ours)
    return addTo(context, move, { copyOf, target, there, ours, base, theirs, wanted })
  }
  if (wanted.action === 'deleted') lock.removed = [...new Set([...(lock.removed ?? []), target])].sort()
  if (edited && !inPlace) carry(lock, target, source, ours)
  await overlay.write(target, wanted.text, copyOf)
  const nothing = wanted.action === 'unchanged' || (wanted.action === 'removed' && !inPlace)
  return nothing ? [] : [fileOf(target, wanted)]
}

interface Texts {
  base: string | undefined
  ours: string | undefined
  theirs: string | undefined
}

interface Merged {
  action: FileAction
  text: string | undefined
  look?: string
}

/** Which text a file should have in the new version. */
async function merge({ ports }: MoveContext, move: PartMove, { base, ours, theirs }: Texts): Promise<Merged> {
  const inPlace = move.from.folder === move.to.folder
  if (theirs === undefined) {
    if (ours === undefined || (base !== undefined && same(ours, base))) return { action: ours === undefined ? 'unchanged' : 'removed', text: undefined }
    return base === undefined
      ? { action: 'kept', text: ours }
      : { action: 'kept', text: ours, look: 'You changed it, and the new version has no such file any more. It is yours now: delete it if nothing needs it.' }
  }
  if (base === undefined) {
    if (ours === undefined) return { action: 'added', text: theirs }
    if (same(ours, theirs)) return { action: 'unchanged', text: ours }
    return { action: 'kept', text: ours, look: 'The new version brings a file of this name, and you already have one. Yours is kept: compare the two.' }
  }
  if (ours === undefined) {
    const look = same(base, theirs) ? undefined : 'You deleted it, and the new version changes it. It stays deleted.'
    return { action: 'deleted', text: undefined, ...(look !== undefined && { look }) }
  }
  if (same(ours, base)) return { action: inPlace && same(base, theirs) ? 'unchanged' : same(base, theirs) ? 'added' : 'updated', text: theirs }
  if (same(ours, theirs)) return { action: 'unchanged', text: ours }
  if (same(base, theirs)) return { action: 'kept', text: ours }
  const labels = { ours: 'yours', theirs: move.label }
  return mergedOf(await mergeTexts(ports, { base, ours, theirs, labels }))
}

function mergedOf({ text, conflicts }: { text: string; conflicts: number }): Merged {
  if (conflicts > 0) return { action: 'conflict', text }
  return { action: 'merged', text }
}

/** The new folder exists already, because another root uses it: adds the edits that it does not have yet. */
async function addTo(
  { ports, overlay }: MoveContext,
  move: PartMove,
  file: Texts & { copyOf: string | undefined; target: string; there: string | undefined; ours: string; wanted: Merged },
): Promise<UpdatedFile[]> {
  const { copyOf, target, there, ours, base, theirs, wanted } = file
  if (there === undefined || (theirs !== undefined && same(there, theirs))) {
    if (wanted.action === 'deleted' || wanted.text === there) return []
    await overlay.write(target, wanted.text, copyOf)
    return [fileOf(target, wanted)]
  }
  if (same(there, ours)) return []
  if (!isText(there) || !isText(ours))
    return [{ path: target, action: 'kept', look: `It is no text, and differs from yours in ${move.from.version}: compare the two.` }]
  const labels = { ours: `yours in ${move.to.version}`, theirs: `yours in ${move.from.version}` }
  const merged = mergedOf(await mergeTexts(ports, { base: base ?? '', ours: there, theirs: ours, labels }))
  await overlay.write(target, merged.text)
  return merged.text === there ? [] : [fileOf(target, merged)]
}

function fileOf(target: string, { action, text, look }: Merged): UpdatedFile {
  const lines = action === 'conflict' && text !== undefined ? conflictLines(text) : undefined
  return { path: target, action, ...(lines && { lines }), ...(look !== undefined && { look }) }
}

function isCarried(lock: PlatformLock, target: string, from: string, text: string): boolean {
  const known = lock.carried?.[target]
  return known?.from === from && known.digest === digestOf(text)
}

function carry(lock: PlatformLock, target: string, from: string, text: string): void {
  lock.carried = { ...lock.carried, [target]: { from, digest: digestOf(text) } }
}

/** What was no UTF-8 holds the mark for a letter that cannot be read. */
function isText(text: string): boolean {
  return !/[\0\uFFFD]/.test(text)
}

function same(a: string, b: string): boolean {
  return digestOf(a) === digestOf(b)
}
