import type { RootEntry } from '../lock-file.js'
import { moduleFolder, nameOfRoot } from '../parts.js'
import type { RootUpdate } from './plan-update.js'

export interface PlaceToLook {
  path: string
  /** Counted from 1. */
  line?: number
  reason: string
}

/** What a person should look at after an update: conflicts first. */
export function lookAt(updates: readonly RootUpdate[], roots: Readonly<Record<string, RootEntry>>): PlaceToLook[] {
  const files = updates.flatMap((update) => update.files)
  const conflicts = files.flatMap(({ path, lines = [] }) =>
    lines.map((line) => ({ path, line, reason: 'Conflict: keep what should stay, and remove the markers.' })),
  )
  const notes = files.flatMap(({ path, look }) => (look === undefined ? [] : [{ path, reason: look }]))
  return [...conflicts, ...notes, ...updates.flatMap((update) => sharedModules(update, roots))]
}

/** Edits that came into the new version of a module which others use already. */
function sharedModules({ folder: own, files, from, to }: RootUpdate, roots: Readonly<Record<string, RootEntry>>): PlaceToLook[] {
  const others = Object.entries(roots).filter(([folder]) => folder !== own)
  return Object.entries(to.modules).flatMap(([name, version]) => {
    const folder = moduleFolder(name, version)
    const edits = files.some(({ path, action }) => path.startsWith(`${folder}/`) && ['merged', 'conflict', 'kept'].includes(action))
    const users = others.filter(([, { modules }]) => modules[name] === version).map(([each]) => nameOfRoot(each))
    if (from.modules[name] === version || !edits || users.length === 0) return []
    return [{ path: folder, reason: `Your edits are in it now, and ${users.join(', ')} uses it too.` }]
  })
}
