import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ulid } from 'ulid'
import { PLATFORM_FILE } from '../config/repository-files.js'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import type { RepositoryFile } from './repository-content.js'

/** What a new repository would be put into. `git-only`: a folder with nothing but `.git`, such as a fresh clone. */
export type Place = 'missing' | 'empty' | 'git-only'

/**
 * Looks at the folder for a new repository.
 * @throws `FolderNotEmpty`
 */
export async function inspectPlace(directory: string): Promise<Place> {
  let entries: string[]
  try {
    entries = await readdir(directory)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 'missing'
    if (isSystemError(error, 'ENOTDIR'))
      throw new UserError('FolderNotEmpty', `${directory} is a file.`, { next: ['Choose another name.'] })
    throw error
  }
  if (entries.includes(PLATFORM_FILE)) {
    throw new UserError('FolderNotEmpty', `${directory} is a repository of platform already. Nothing was changed.`, {
      next: [`platform config show -C ${directory}`, `platform env create dev -C ${directory}`],
      details: { directory },
    })
  }
  if (entries.length === 0) return 'empty'
  if (entries.length === 1 && entries[0] === '.git' && (await stat(path.join(directory, '.git'))).isDirectory()) return 'git-only'
  throw new UserError('FolderNotEmpty', `${directory} has other files. Nothing was changed.`, {
    reason: `It holds ${entries.slice(0, 5).join(', ')}${entries.length > 5 ? ` and ${entries.length - 5} more` : ''}.`,
    next: ['Choose another name, or name an empty folder with -C.'],
    details: { directory, entries: entries.slice(0, 20) },
  })
}

/**
 * Puts files into place all at once: they are written, and `finish` runs, in a hidden folder, which then takes its final name.
 * When anything fails, nothing is left behind.
 * @param finish works on the complete folder before anybody sees it
 */
export async function placeFiles(
  directory: string,
  place: Place,
  files: readonly RepositoryFile[],
  finish: (folder: string) => Promise<void>,
): Promise<void> {
  // Beside or inside the final folder: a rename works only within one file system.
  const staging = path.join(place === 'missing' ? path.dirname(directory) : directory, `.platform-init-${ulid().toLowerCase()}`)
  try {
    // Not recursive: some file systems refuse with an error that makes Node try for ever.
    await mkdir(staging)
    for (const file of files) {
      const target = path.join(staging, file.path)
      await mkdir(path.dirname(target), { recursive: true })
      await writeFile(target, file.content, { flag: 'wx' })
    }
    await finish(staging)
    if (place === 'missing') await rename(staging, directory)
    else await moveUp(staging, directory)
  } catch (error) {
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST')) {
      throw new UserError('FolderNotEmpty', `${directory} was filled by something else in the meantime.`, { cause: error })
    }
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT')) throw error
    throw new UserError('FileNotWritable', `Cannot write to ${directory}. Nothing was left behind.`, {
      cause: error,
      reason: messageOf(error),
      next: ['Check the rights of the folder and the free space of the disk, then run the command again.'],
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function moveUp(staging: string, directory: string): Promise<void> {
  const moved: string[] = []
  try {
    for (const entry of await readdir(staging)) {
      await rename(path.join(staging, entry), path.join(directory, entry))
      moved.push(entry)
    }
  } catch (error) {
    await removeEntries(directory, moved)
    throw error
  }
}

/** Removes what was put into a folder. */
export async function removeEntries(directory: string, entries: Iterable<string>): Promise<void> {
  for (const entry of entries) await rm(path.join(directory, entry), { recursive: true, force: true })
}
