import path from 'node:path'
import semver from 'semver'
import { UserError } from '../core/errors.js'
import { digestOf, type PlatformLock, type RootEntry } from './lock-file.js'
import { entryOf, nameOfRoot, notedIn, partsOf } from './parts.js'
import { shippedTexts, textsIn } from './pristine.js'
import type { Manifest, RootName } from './shipped.js'

/** A root module in a repository. */
export interface RootPlace {
  /** Relative to the repository: `infra/environments/dev` or `infra/shared`. */
  folder: string
  /** Its name among the templates. */
  root: RootName
}

/**
 * Which versions a root has: what the lock says; without that (a repository of version 0.1.0, or a lock that was deleted) what its
 * files are most alike; and the newest for a root that does not exist yet.
 * @throws `TemplatesTooNew` when a newer platform wrote it
 */
export async function entryOfRoot(
  directory: string,
  lock: PlatformLock,
  place: RootPlace,
  templates: { folder: string; releases: readonly Manifest[] },
): Promise<RootEntry> {
  const known = templates.releases.flatMap((release) => entryOf(release, place.root) ?? [])
  const newest = known.at(-1)
  if (!newest) throw new Error(`there is no root ${place.root} among the templates`)
  const entry = lock.roots?.[place.folder] ?? (await recognise(directory, lock, place.folder, templates.folder, known)) ?? newest
  if (semver.gt(entry.version, newest.version)) throw tooNew(place, entry, newest)
  return entry
}

async function recognise(
  directory: string,
  lock: PlatformLock,
  folder: string,
  templates: string,
  known: readonly RootEntry[],
): Promise<RootEntry | undefined> {
  const noted = notedIn(lock, folder)
  const present = noted.size > 0 ? noted : await digestsIn(path.join(directory, folder))
  let best: { entry: RootEntry; equal: number } | undefined
  for (const entry of known) {
    const [root] = partsOf(folder, entry)
    const shipped = root ? await shippedTexts(templates, root) : new Map<string, string>()
    const equal = [...shipped].filter(([name, text]) => present.get(name) === digestOf(text)).length
    if (equal > (best?.equal ?? 0)) best = { entry, equal }
  }
  // What was noted, but is like nothing, comes from before there were versions.
  return best?.entry ?? (noted.size > 0 ? known[0] : undefined)
}

async function digestsIn(folder: string): Promise<Map<string, string>> {
  return new Map([...(await textsIn(folder))].map(([name, text]) => [name, digestOf(text)]))
}

function tooNew(place: RootPlace, entry: RootEntry, newest: RootEntry): UserError {
  return new UserError('TemplatesTooNew', `${nameOfRoot(place.folder)} was made by a newer platform.`, {
    reason: `It has version ${entry.version} of the root ${place.root} (templates ${entry.templates}); this platform knows ${newest.version} at most (templates ${newest.templates}).`,
    next: [`Install a platform whose templates are ${entry.templates} or newer.`],
    details: { folder: place.folder, version: entry.version, newest: newest.version },
  })
}
