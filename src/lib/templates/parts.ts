import path from 'node:path'
import { UserError } from '../core/errors.js'
import { assertName } from '../core/names.js'
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
export function entryOf({ version: templates, modules, roots }: Manifest, root: RootName): RootEntry | undefined {
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

const ENVIRONMENTS = 'infra/environments/'
const SHARED = 'infra/shared'

/** `dev` for `infra/environments/dev`, and `shared` for `infra/shared`. @throws `InvalidName`, `PathOutsideRepository` */
export function nameOfRoot(folder: string): string {
  if (folder === SHARED) return 'shared'
  if (!folder.startsWith(ENVIRONMENTS)) {
    throw new UserError('PathOutsideRepository', `${folder} is not the folder of a root module.`, {
      reason: `Root modules lie in ${ENVIRONMENTS} and ${SHARED}.`,
    })
  }
  const name = folder.slice(ENVIRONMENTS.length)
  assertName('an environment', name)
  return name
}
