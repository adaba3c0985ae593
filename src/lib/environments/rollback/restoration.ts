import { rm } from 'node:fs/promises'
import path from 'node:path'
import { parseObject } from '../../aws/state-document.js'
import { UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside, writeFileAtomic } from '../../core/files.js'
import { textAt as textIn } from '../../core/plain-data.js'
import { filesAt, type GitPorts, textAt, uncommittedFiles } from '../../git/git.js'
import { DERIVED_FILES } from '../../roots/applied-commit.js'
import { LOCK_FILE, lockSchema, type PlatformLock, readLock, updateLock } from '../../templates/lock-file.js'
import { folderOfRoot, noteRoot, notedIn, partsOf, pristineFolderOf } from '../../templates/parts.js'
import type { TemplateFile } from '../../templates/shipped.js'
import { appOf, pathsOf } from './paths.js'
import { nothingThere } from './revision.js'

/** What makes the files of an environment what they were at a commit. */
export interface Restoration {
  target: string
  write: TemplateFile[]
  remove: string[]
  /** The lock of that commit, for the versions and digests of what is vendored. */
  lock: PlatformLock
}

/**
 * Compares the files of an environment with those of a commit. Modules and bases that they need and that are gone come back with them.
 * @throws `RollbackRefused` when the commit does not have the environment, or not what it was vendored from
 */
export async function restorationOf(ports: GitPorts, directory: string, name: string, target: string): Promise<Restoration> {
  const then = await filesAt(ports, directory, target, listed(name))
  const wanted = then.filter((file) => !isDerived(file) && isOf(file, name))
  if (!wanted.includes(`environments/${name}.yaml`)) throw nothingThere(name, `${target.slice(0, 12)} has no environments/${name}.yaml.`)
  const lock = await lockAt(ports, directory, target)
  const now = (await filesAt(ports, directory, 'HEAD', listed(name))).filter((file) => !isDerived(file) && isOf(file, name))
  const needed = [...(await neededParts(ports, directory, name, target, lock)), ...(await neededBases(ports, directory, target, wanted))]
  const write: TemplateFile[] = []
  for (const file of [...wanted, ...needed]) {
    const content = await textAt(ports, directory, target, file)
    if ((await readTextIfExists(await resolveInside(directory, file))) !== content) write.push({ path: file, content })
  }
  const kept = new Set(wanted)
  const gone = now.filter((file) => !kept.has(file))
  const remove: string[] = []
  for (const file of gone) if ((await readTextIfExists(await resolveInside(directory, file))) !== undefined) remove.push(file)
  return { target, write, remove, lock }
}

/** Every file in which HEAD and the commit differ, also where the working tree is there already. */
export async function changedFiles(
  ports: GitPorts,
  directory: string,
  name: string,
  { target, write, remove }: Restoration,
): Promise<string[]> {
  const [then, now] = [await filesAt(ports, directory, target, listed(name)), await filesAt(ports, directory, 'HEAD', listed(name))]
  const all = [...new Set([...then, ...now, ...write.map((file) => file.path), ...remove])]
  const ours = all.filter((file) => !isDerived(file) && (isOf(file, name) || write.some((each) => each.path === file)))
  const open = (await uncommittedFiles(ports, directory, ours)) ?? []
  return [...new Set([...open, ...write.map((file) => file.path), ...remove])].sort()
}

/**
 * Refuses to write over what somebody changed and did not commit. What is as at the commit already is of a rollback that was cut short.
 * @throws `RollbackRefused`
 */
export async function refuseUncommitted(ports: GitPorts, directory: string, name: string, { write, remove }: Restoration): Promise<void> {
  const open = await uncommittedFiles(ports, directory, [...write.map((file) => file.path), ...remove])
  if (open === undefined || open.length === 0) return
  throw new UserError('RollbackRefused', `Files of ${name} have changes that are not committed, and would be lost.`, {
    reason: open.join('\n'),
    next: ['Commit them, or put them aside: git stash push -- FILE', `Then: platform env rollback ${name}`],
    details: { files: open },
  })
}

/** Brings files and lock to a repository, or to a copy of one. */
export async function restore(directory: string, name: string, { write, remove, lock }: Restoration): Promise<void> {
  for (const file of write) await writeFileAtomic(await resolveInside(directory, file.path), file.content)
  for (const file of remove) await rm(await resolveInside(directory, file), { force: true })
  await restoreLock(directory, name, lock)
}

/** What another lock notes of the environment's root; the rest stays. */
async function restoreLock(directory: string, name: string, lock: PlatformLock): Promise<void> {
  const folder = folderOfRoot(name)
  const entry = lock.roots?.[folder]
  if (!entry) return
  const noted = partsOf(folder, entry).flatMap((part) =>
    [...notedIn(lock, part.folder)].map(([file, digest]) => [`${part.folder}/${file}`, digest] as const),
  )
  await updateLock(directory, (current) => {
    const others = Object.entries(current.files).filter(([file]) => !file.startsWith(`${folder}/`))
    current.files = Object.fromEntries([...others, ...noted])
    noteRoot(current, folder, entry)
  })
}

/** As `git ls-tree` takes paths, which knows no patterns. */
function listed(name: string): string[] {
  return [...pathsOf(name).filter((each) => !each.startsWith(':')), 'gitops/apps']
}

function isOf(file: string, name: string): boolean {
  return !file.startsWith('gitops/apps/') || file.startsWith(`gitops/apps/${appOf(file) ?? ''}/environments/${name}/`)
}

function isDerived(file: string): boolean {
  return file.startsWith('infra/') && DERIVED_FILES.includes(path.posix.basename(file))
}

async function lockAt(ports: GitPorts, directory: string, target: string): Promise<PlatformLock> {
  const [file] = await filesAt(ports, directory, target, [LOCK_FILE])
  if (file === undefined) return readLock(directory)
  const parsed = lockSchema.safeParse(parseObject(await textAt(ports, directory, target, file)))
  return parsed.success ? parsed.data : readLock(directory)
}

/** Files of modules, and the texts they were made from, which the commit has and which are gone. @throws `RollbackRefused` */
async function neededParts(ports: GitPorts, directory: string, name: string, target: string, lock: PlatformLock): Promise<string[]> {
  const folder = folderOfRoot(name)
  const entry = lock.roots?.[folder]
  const current = await readLock(directory)
  const missing: string[] = []
  const problems: string[] = []
  for (const part of entry ? partsOf(folder, entry) : []) {
    const copies = await filesAt(ports, directory, target, [pristineFolderOf(part)])
    missing.push(...(await absent(directory, copies)))
    if (part.kind === 'root') continue
    const files = await filesAt(ports, directory, target, [part.folder])
    missing.push(...(await absent(directory, files)))
    const noted = notedIn(lock, part.folder)
    const today = notedIn(current, part.folder)
    if (files.length === 0 && today.size === 0) problems.push(`${part.folder} is neither in that commit nor here.`)
    const other = [...noted].filter(([file, digest]) => today.has(file) && today.get(file) !== digest).map(([file]) => file)
    if (other.length > 0) problems.push(`${part.folder} was vendored with other digests then: ${other.join(', ')}`)
  }
  if (problems.length === 0) return missing
  throw new UserError('RollbackRefused', `What ${name} was made from at ${target.slice(0, 12)} is not vendored here.`, {
    reason: problems.join('\n'),
    next: ['See what was vendored: platform template verify', 'Bring the modules of that commit back with Git, and commit them.'],
    details: { name, target, problems },
  })
}

/** Bases of applications that overlays of the commit name and that were deleted since. */
async function neededBases(ports: GitPorts, directory: string, target: string, wanted: readonly string[]): Promise<string[]> {
  const { parse } = await import('../../core/yaml.js')
  const needed: string[] = []
  for (const file of wanted.filter((each) => appOf(each) !== undefined && each.endsWith('/app.yaml'))) {
    const overlay: unknown = parse(await textAt(ports, directory, target, file))
    const base = textIn(overlay, 'base')
    if (!/^[\w.-]+$/.test(base)) continue
    needed.push(...(await absent(directory, await filesAt(ports, directory, target, [`gitops/apps/${appOf(file) ?? ''}/base/${base}`]))))
  }
  return needed
}

async function absent(directory: string, files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map(async (file) => ((await readTextIfExists(await resolveInside(directory, file))) === undefined ? [file] : [])),
  )
  return found.flat()
}

/** How to take a restoration back. */
export interface Undoing {
  name: string
  files: readonly string[]
  /** The lock as it was. */
  lockText: string | undefined
  /** The files were at the commit already, so that lock is not the one from before the rollback. */
  repeated: boolean
}

/** Puts files back to what HEAD has, and the lock to its text, also when the run was interrupted. */
export async function undo(interrupted: GitPorts, directory: string, { name, files, lockText, repeated }: Undoing): Promise<void> {
  const ports = uninterrupted(interrupted)
  const committed = new Set(files.length === 0 ? [] : await filesAt(ports, directory, 'HEAD', files))
  for (const file of files.filter((each) => each !== LOCK_FILE)) {
    const target = await resolveInside(directory, file)
    if (committed.has(file)) await writeFileAtomic(target, await textAt(ports, directory, 'HEAD', file))
    else await rm(target, { force: true })
  }
  if (lockText !== undefined) await writeFileAtomic(await resolveInside(directory, LOCK_FILE), lockText)
  if (repeated) await restoreLock(directory, name, await lockAt(ports, directory, 'HEAD'))
}

/** For what has to be done also after Ctrl-C or the end of the time that was given. */
export function uninterrupted<T extends GitPorts>(ports: T): T {
  return { ...ports, signal: new AbortController().signal }
}
