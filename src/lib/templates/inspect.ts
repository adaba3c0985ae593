import path from 'node:path'
import { readTextIfExists, resolveInside } from '../core/files.js'
import { digestOf, readLock, type PlatformLock, type RootEntry } from './lock-file.js'
import { moduleFolder, nameOfRoot, notedIn, partsOf, pristineFolderOf, rootFolders, templateOf, type Part } from './parts.js'
import { pristineFiles, shippedTexts, textsIn } from './pristine.js'
import { entryOfRoot } from './root-entry.js'
import { readReleases, templatesFolder, type Manifest } from './shipped.js'

/** `removed`: deleted on purpose, as the lock says. `yours`: a file beside those that platform wrote. */
export type FileState = 'intact' | 'edited' | 'missing' | 'removed' | 'yours'

export interface InspectedFile {
  /** Relative to the repository. */
  path: string
  state: FileState
  /** As platform wrote it, where that is still known. */
  pristine: string | undefined
  current: string | undefined
  /** Digests of the text that platform wrote, as each place says. Undefined: that place does not say. */
  digests: { lock?: string; copy?: string; shipped?: string }
}

export interface InspectedPart extends Part {
  files: InspectedFile[]
}

export interface Inspection {
  releases: Manifest[]
  lock: PlatformLock
  roots: Array<{ name: string; folder: string; entry: RootEntry }>
  /** The roots and every vendored module, each once. */
  parts: InspectedPart[]
}

/** Written by platform or Terraform from the values: never part of a template. */
const GENERATED = /^(?:terraform\.tfvars\.json|backend\.tf\.json|imports\.tf\.json)$/

/** Compares everything that was vendored into the repository with what platform wrote. Changes nothing. */
export async function inspectTemplates(directory: string, templates = templatesFolder()): Promise<Inspection> {
  const lock = await readLock(directory)
  const releases = await readReleases(templates)
  const roots: Inspection['roots'] = []
  for (const folder of rootFolders(lock)) {
    if ((await textsIn(path.join(directory, folder))).size === 0) continue
    const place = { folder, root: templateOf(folder, lock) }
    const entry = lock.roots?.[folder] ?? (await entryOfRoot(directory, lock, place, { folder: templates, releases }))
    roots.push({ name: nameOfRoot(folder), folder, entry })
  }
  const used = roots.flatMap(({ folder, entry }) => partsOf(folder, entry))
  const parts = new Map([...used, ...leftModules(lock)].map((part) => [part.folder, part]))
  const inspected = [...parts.values()].map(async (part) => ({ ...part, files: await inspectPart(directory, lock, templates, part) }))
  return { releases, lock, roots, parts: await Promise.all(inspected) }
}

/** Modules that no root uses any more, but that an update left because they are edited. */
function leftModules(lock: PlatformLock): Part[] {
  const places = Object.keys(lock.files).flatMap((file) => {
    const [, name, version] = /^infra\/modules\/([^/]+)\/([^/]+)\//.exec(file) ?? []
    return name !== undefined && version !== undefined ? [{ name, version }] : []
  })
  return places.map(({ name, version }) => ({ kind: 'module', name, version, folder: moduleFolder(name, version) }))
}

async function inspectPart(directory: string, lock: PlatformLock, templates: string, part: Part): Promise<InspectedFile[]> {
  const pristine = await pristineFiles(directory, lock, templates, part)
  const noted = notedIn(lock, part.folder)
  const shipped = await shippedTexts(templates, part)
  const copies = await textsIn(path.join(directory, pristineFolderOf(part)))
  const known = new Set(pristine.map((file) => file.path))
  const files = pristine.map(async (file): Promise<InspectedFile> => {
    const name = file.path.slice(part.folder.length + 1)
    const current = await readTextIfExists(await resolveInside(directory, file.path))
    const digests = definedOnly({ lock: noted.get(name), copy: digestIn(copies, name), shipped: digestIn(shipped, name) })
    return { path: file.path, state: stateOf(lock, file, current), pristine: file.content, current, digests }
  })
  const own = [...(await textsIn(path.join(directory, part.folder)))]
    .filter(([name]) => !known.has(path.posix.join(part.folder, name)) && !GENERATED.test(name))
    .map(([name, current]): InspectedFile => {
      return { path: path.posix.join(part.folder, name), state: 'yours', pristine: undefined, current, digests: {} }
    })
  return [...(await Promise.all(files)), ...own]
}

function stateOf(lock: PlatformLock, file: { path: string; content: string | undefined }, current: string | undefined): FileState {
  if (current === undefined) return lock.removed?.includes(file.path) === true ? 'removed' : 'missing'
  return file.content !== undefined && digestOf(file.content) === digestOf(current) ? 'intact' : 'edited'
}

function digestIn(texts: ReadonlyMap<string, string>, name: string): string | undefined {
  const text = texts.get(name)
  return text === undefined ? undefined : digestOf(text)
}

function definedOnly(digests: Record<keyof InspectedFile['digests'], string | undefined>): InspectedFile['digests'] {
  return Object.fromEntries(Object.entries(digests).filter(([, digest]) => digest !== undefined))
}
