import path from 'node:path'
import rsort from 'semver/functions/rsort.js'
import { UserError } from '../core/errors.js'
import { assertName, SHARED_NAME } from '../core/names.js'
import type { PlatformLock, RootEntry } from './lock-file.js'
import type { Manifest, RootName } from './shipped.js'

/** Folder of the texts as platform wrote them, relative to the repository. Terraform and its formatter pass hidden folders over. */
export const PRISTINE_FOLDER = 'infra/.templates'

/** A root module or a module: one folder of templates in one version, vendored to one folder of a repository. */
export interface Part {
  kind: 'root' | 'module'
  name: string
  version: string
  /** Where it lies in the repository, with forward slashes. */
  folder: string
}

/** Where a part lies below `templates/terraform`, and below `PRISTINE_FOLDER`. */
export function sourceOf({ kind, name, version }: Part): string {
  return path.posix.join(`${kind}s`, name, version)
}

/** Folder of the part's pristine copies, relative to the repository. */
export function pristineFolderOf(part: Part): string {
  return path.posix.join(PRISTINE_FOLDER, sourceOf(part))
}

export function moduleFolder(name: string, version: string): string {
  return path.posix.join('infra/modules', name, version)
}

/** The root module in `folder`, and the modules that it uses. */
export function partsOf(folder: string, entry: RootEntry): Part[] {
  return [
    { kind: 'root', name: entry.root, version: entry.version, folder },
    ...Object.entries(entry.modules).map(
      ([name, version]): Part => ({ kind: 'module', name, version, folder: moduleFolder(name, version) }),
    ),
  ]
}

/** What the lock says about a root of these templates; undefined when they have no such root. */
export function entryOf({ version: templates, modules, roots }: Manifest, root: string): RootEntry | undefined {
  const template = roots[root]
  if (!template) return undefined
  const versions = template.modules.map((name) => [name, modules[name] ?? ''] as const)
  return { root, version: template.version, templates, modules: Object.fromEntries(versions) }
}

/** What the lock notes about the files of a folder, by path relative to it. */
export function notedIn(lock: PlatformLock, folder: string): Map<string, string> {
  const inside = Object.entries(lock.files).filter(([file]) => file.startsWith(`${folder}/`))
  return new Map(inside.map(([file, digest]) => [file.slice(folder.length + 1), digest]))
}

/** Notes the versions of a root, and the newest templates of all roots. */
export function noteRoot(lock: PlatformLock, folder: string, entry: RootEntry): void {
  lock.roots = { ...lock.roots, [folder]: entry }
  const newest = rsort(Object.values(lock.roots).map(({ templates }) => templates))[0] ?? entry.templates
  lock.templates = { ...lock.templates, version: newest }
}

/** Forgets a folder that is gone. */
export function forgetFolder(lock: PlatformLock, folder: string): void {
  const outside = ([file]: [string, unknown]): boolean => file !== folder && !file.startsWith(`${folder}/`)
  lock.files = Object.fromEntries(Object.entries(lock.files).filter(outside))
  if (lock.roots) lock.roots = Object.fromEntries(Object.entries(lock.roots).filter(outside))
  if (lock.carried) lock.carried = Object.fromEntries(Object.entries(lock.carried).filter(outside))
}

const ENVIRONMENTS = 'infra/environments/'
const SHARED = `infra/${SHARED_NAME}`

/** The folder of the environment's root, or of `shared`. */
export function folderOfRoot(name: string): string {
  return name === SHARED_NAME ? SHARED : `${ENVIRONMENTS}${name}`
}

/** Folders of all roots that the lock knows, also those of version 0.1.0, which noted only their files. Sorted. */
export function rootFolders(lock: PlatformLock): string[] {
  const noted = Object.keys(lock.files).flatMap((file) => /^infra\/(?:environments\/[^/]+|shared)(?=\/)/.exec(file) ?? [])
  return [...new Set([...Object.keys(lock.roots ?? {}), ...noted])].sort()
}

/** Name of the template that a root in this folder is made from. Before the lock noted it, environments had one only. */
export function templateOf(folder: string, lock: Pick<PlatformLock, 'roots'>): RootName {
  if (lock.roots?.[folder]?.root === 'eks-existing') return 'eks-existing'
  return folder === SHARED ? 'shared' : 'eks'
}

/** `dev` for `infra/environments/dev`, and `shared` for `infra/shared`. @throws `InvalidName`, `PathOutsideRepository` */
export function nameOfRoot(folder: string): string {
  if (folder === SHARED) return SHARED_NAME
  if (!folder.startsWith(ENVIRONMENTS)) {
    throw new UserError('PathOutsideRepository', `${folder} is not the folder of a root module.`, {
      reason: `Root modules lie in ${ENVIRONMENTS} and ${SHARED}.`,
    })
  }
  const name = folder.slice(ENVIRONMENTS.length)
  assertName('an environment', name)
  return name
}
