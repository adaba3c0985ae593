import { rmdir } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'

/** @throws `BadFlag` for a folder that is a repository of platform: a mirror is gigabytes, and nothing for Git. */
export async function assertNoRepository(folder: string): Promise<void> {
  if ((await readTextIfExists(path.join(folder, 'platform.yaml'))) === undefined) return
  throw new UserError('BadFlag', `${folder} holds a platform.yaml, so it is no folder for a mirror.`, {
    next: ['Name a folder of its own, outside the repository or ignored by Git: --to /media/disk/mirror'],
    details: { folder },
  })
}

/** Takes away what the lock of a run leaves, and only where nothing else lies in it. */
export async function removeEmptyLockFolders(folder: string): Promise<void> {
  for (const each of ['.platform/locks', '.platform']) await rmdir(path.join(folder, each)).catch(() => undefined)
}
