import { inspectTemplates, type FileState, type InspectedPart } from './inspect.js'
import { entryOf, moduleFolder } from './parts.js'

export interface TemplateList {
  /** Versions of the templates that come with this platform, oldest first. */
  available: string[]
  roots: Array<{
    name: string
    folder: string
    root: string
    version: string
    /** Version of the templates it was made from. */
    templates: string
    newest: string
    updateAvailable: boolean
    /** How many files of the root and its modules somebody changed, added or deleted. */
    edited: number
    modules: Array<{ name: string; version: string; newest: string | null; edited: number }>
  }>
  /** Modules in the repository that no root uses. */
  unused: Array<{ name: string; version: string; folder: string; edited: number }>
}

const CHANGED: ReadonlySet<FileState> = new Set(['edited', 'missing', 'removed', 'yours'])

/** Which templates the repository uses, in which versions, and how much of them was changed. */
export async function listTemplates(directory: string, templates?: string): Promise<TemplateList> {
  const { releases, roots, parts } = await inspectTemplates(directory, templates)
  const current = releases.at(-1)
  const changed = new Map(parts.map((part) => [part.folder, changedFiles(part)]))
  const used = new Set(roots.flatMap(({ entry }) => Object.entries(entry.modules).map(([name, version]) => moduleFolder(name, version))))
  return {
    available: releases.map(({ version }) => version),
    roots: roots.map(({ name, folder, entry }) => {
      const newest = current ? entryOf(current, entry.root) : undefined
      const modules = Object.entries(entry.modules).map(([module, version]) => ({
        ...{ name: module, version, newest: current?.modules[module] ?? null },
        edited: changed.get(moduleFolder(module, version)) ?? 0,
      }))
      return {
        ...{ name, folder, root: entry.root, version: entry.version, templates: entry.templates },
        newest: newest?.version ?? entry.version,
        updateAvailable: newest !== undefined && newest.version !== entry.version,
        edited: modules.reduce((sum, { edited }) => sum + edited, changed.get(folder) ?? 0),
        modules,
      }
    }),
    unused: parts
      .filter(({ kind, folder }) => kind === 'module' && !used.has(folder))
      .map((part) => ({ name: part.name, version: part.version, folder: part.folder, edited: changedFiles(part) })),
  }
}

function changedFiles({ files }: InspectedPart): number {
  return files.filter(({ state }) => CHANGED.has(state)).length
}
