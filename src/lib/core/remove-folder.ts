import { chmod, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from './errors.js'

/**
 * Removes a folder or a file, also where somebody took the rights from folders in it, as Argo CD's repo-server does with those that it does
 * not use just now. One that is not there is fine.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM')) throw error
    await giveRights(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

async function giveRights(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveRights(path.join(folder, entry.name))
  }
}
