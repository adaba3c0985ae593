import { UserError } from '../core/errors.js'
import { type KubeconfigDocument, SECTIONS, type Section } from '../kube/kubeconfig-document.js'
import { type Owner, ownerOf, sameOwner } from './kubeconfig-entries.js'

export interface Change {
  status: 'added' | 'updated' | 'removed' | 'unchanged'
  /** Names of the contexts. */
  contexts: string[]
  /** The files of the entries. */
  files: string[]
  /** What kubectl uses when no context is named. */
  currentContext: string
}

/**
 * Puts the entries of a cluster into the files that kubectl reads, or brings them up to date where they are.
 * @param documents first the one that wins
 * @param fresh the one for new entries
 * @throws `KubeconfigConflict` before anything is changed
 */
export function addEntries(
  documents: readonly KubeconfigDocument[],
  fresh: KubeconfigDocument,
  options: { name: string; owner: Owner; entries: Record<Section, Record<string, unknown>>; use: boolean },
): Change {
  const { name, owner, entries, use } = options
  const places = SECTIONS.map((section) => ({ section, found: documents.find((each) => each.value(section, name) !== undefined) }))
  for (const { section, found } of places) if (found) assertOurs(found, section, name, owner)
  const home = places.find(({ found }) => found)?.found ?? fresh
  for (const { section, found } of places) (found ?? home).set(section, name, entries[section])
  const leading = documents.find(({ currentContext }) => currentContext !== '')
  if (leading === undefined) home.currentContext = name
  else if (use && leading.currentContext !== name) leading.currentContext = name
  const isNew = places.every(({ found }) => found === undefined)
  return {
    status: isNew ? 'added' : documents.some(({ changed }) => changed) ? 'updated' : 'unchanged',
    contexts: [name],
    files: [...new Set(places.map(({ found }) => (found ?? home).file))],
    currentContext: currentOf(documents),
  }
}

/**
 * Takes out what was written for an environment, and nothing else.
 * @param alias only the entries of this name
 */
export function removeEntries(documents: readonly KubeconfigDocument[], owner: Owner, alias?: string): Change {
  const contexts = new Set<string>()
  for (const document of documents) {
    for (const section of SECTIONS) {
      const names = document.names(section).filter((name) => alias === undefined || name === alias)
      for (const name of names.filter((each) => sameOwner(ownerOf(document.value(section, each) ?? {}), owner))) {
        if (section === 'contexts') contexts.add(name)
        document.remove(section, name)
      }
    }
  }
  for (const document of documents) if (contexts.has(document.currentContext)) document.currentContext = ''
  const changed = documents.filter((document) => document.changed)
  return {
    status: changed.length > 0 ? 'removed' : 'unchanged',
    contexts: [...contexts],
    files: changed.map(({ file }) => file),
    currentContext: currentOf(documents),
  }
}

function currentOf(documents: readonly KubeconfigDocument[]): string {
  return documents.find(({ currentContext }) => currentContext !== '')?.currentContext ?? ''
}

function assertOurs(document: KubeconfigDocument, section: Section, name: string, owner: Owner): void {
  const found = ownerOf(document.value(section, name) ?? {})
  if (sameOwner(found, owner)) return
  const { file } = document
  throw new UserError('KubeconfigConflict', `${file} has an entry ${name} in ${section} already, and it is not this cluster's.`, {
    reason: found
      ? `It belongs to environment ${found.environment} of platform ${found.platform}${found.repository === undefined ? '' : ` in ${found.repository}`}.`
      : 'It was not written by platform cluster kubeconfig.',
    next: [`Choose another name: --alias ${name}-2`, `Or take the entry out of ${file}, when nobody needs it.`],
    details: { file, section, name },
  })
}
