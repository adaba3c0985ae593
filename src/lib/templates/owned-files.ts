import { readTextIfExists, resolveInside, writeFileAtomic } from '../core/files.js'
import { digestOf, readLock, updateLock } from './lock-file.js'
import type { TemplateFile } from './shipped.js'

/** What becomes of a file that platform makes and a user may edit. */
export interface OwnedFile extends TemplateFile {
  /**
   * `write`: it is missing, or is as platform wrote it and another text is due. `keep`: it is right. `edited`: somebody changed it, and
   * it stays. `removed`: somebody deleted it on purpose, as the lock says.
   */
  action: 'write' | 'keep' | 'edited' | 'removed'
}

/** Finds out what `writeOwnedFiles` would do. Changes nothing. @throws `LockFileInvalid`, `PathOutsideRepository` */
export async function planOwnedFiles(directory: string, files: readonly TemplateFile[]): Promise<OwnedFile[]> {
  const lock = await readLock(directory)
  return Promise.all(
    files.map(async (file): Promise<OwnedFile> => {
      const current = await readTextIfExists(await resolveInside(directory, file.path))
      if (current === undefined) return { ...file, action: lock.removed?.includes(file.path) === true ? 'removed' : 'write' }
      if (digestOf(current) === digestOf(file.content)) return { ...file, action: 'keep' }
      return { ...file, action: lock.files[file.path] === digestOf(current) ? 'write' : 'edited' }
    }),
  )
}

/**
 * Writes files that are missing or still as platform wrote them, keeps those that somebody changed, and notes the digest of what it
 * writes in `platform.lock.json`.
 * @returns what became of each; paths are relative to the repository.
 */
export async function writeOwnedFiles(directory: string, files: readonly TemplateFile[]): Promise<OwnedFile[]> {
  const planned = await planOwnedFiles(directory, files)
  const written = planned.filter(({ action }) => action === 'write')
  // The lock comes last: after a crash in between the new texts are right, and the next run notes them.
  for (const { path, content } of written) await writeFileAtomic(await resolveInside(directory, path), content)
  const noted = planned.filter(({ action }) => action === 'write' || action === 'keep')
  await updateLock(directory, (lock) => {
    for (const { path, content } of noted) lock.files[path] = digestOf(content)
  })
  return planned
}
