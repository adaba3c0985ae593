import { digestOf, type RootEntry } from '../lock-file.js'
import { forgetFolder, notedIn, partsOf, pristineFolderOf, type Part } from '../parts.js'
import type { MoveContext } from './merge-part.js'

export interface KeptFolder {
  folder: string
  reason: string
}

/**
 * Removes the modules that no root uses any more, and the pristine texts that nothing was made from any more.
 * A module folder with edits or files of the user stays, and so does one that some file of the repository still names.
 */
export async function removeOldParts(
  { overlay, lock }: MoveContext,
  before: Readonly<Record<string, RootEntry>>,
): Promise<{ removed: string[]; kept: KeptFolder[] }> {
  const used = new Set(partsIn(lock.roots ?? {}).map(pristineFolderOf))
  const old = partsIn(before).filter((part) => !used.has(pristineFolderOf(part)))
  const removed: string[] = []
  const kept: KeptFolder[] = []
  for (const part of old) {
    const reason = part.kind === 'module' ? await whyKept({ overlay, lock }, part) : undefined
    if (reason !== undefined) {
      kept.push({ folder: part.folder, reason })
      continue
    }
    if (part.kind === 'module') {
      await removeFolder({ overlay }, part.folder)
      forgetFolder(lock, part.folder)
      removed.push(part.folder)
    }
    await removeFolder({ overlay }, pristineFolderOf(part))
  }
  return { removed, kept }
}

/** Each part once, however many roots use it. */
function partsIn(roots: Readonly<Record<string, RootEntry>>): Part[] {
  const parts = Object.entries(roots).flatMap(([folder, entry]) => partsOf(folder, entry))
  return [...new Map(parts.map((part) => [pristineFolderOf(part), part])).values()]
}

async function whyKept({ overlay, lock }: Pick<MoveContext, 'overlay' | 'lock'>, part: Part): Promise<string | undefined> {
  const noted = notedIn(lock, part.folder)
  for (const [name, text] of await overlay.texts(part.folder)) {
    const digest = noted.get(name)
    if (digest === undefined) return `${name} is yours`
    if (digest !== digestOf(text)) return `you edited ${name}`
  }
  const place = part.folder.replace(/^infra\//, '')
  const naming = new RegExp(`${place.replaceAll('.', '\\.')}(?:["/?]|$)`, 'm')
  for (const [name, text] of await overlay.texts('infra')) {
    if (/\.tf(?:\.json)?$/.test(name) && !name.startsWith('.templates/') && !name.startsWith(`${place}/`) && naming.test(text))
      return `infra/${name} names it`
  }
  return undefined
}

async function removeFolder({ overlay }: Pick<MoveContext, 'overlay'>, folder: string): Promise<void> {
  for (const name of (await overlay.texts(folder)).keys()) await overlay.write(`${folder}/${name}`, undefined)
}
