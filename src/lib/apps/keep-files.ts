import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../core/errors.js'
import { resolveInside, writeFileAtomic } from '../core/files.js'
import { removeEmptyFolders } from './repository.js'

/** Does some work on files of the repository. Where it fails, they are put back as they were before. */
export async function keepingFiles<T>(directory: string, files: readonly string[], work: () => Promise<T>): Promise<T> {
  const before = new Map<string, Buffer | undefined>()
  for (const file of files) before.set(file, await bytesOf(await resolveInside(directory, file)))
  try {
    return await work()
  } catch (error) {
    for (const [file, bytes] of before) await putBack(directory, file, bytes)
    throw error
  }
}

async function putBack(directory: string, file: string, bytes: Buffer | undefined): Promise<void> {
  const place = await resolveInside(directory, file)
  const now = await bytesOf(place)
  if (bytes === undefined) {
    await rm(place, { force: true })
    await removeEmptyFolders(directory, path.posix.dirname(file))
  } else if (!now?.equals(bytes)) await writeFileAtomic(place, bytes)
}

async function bytesOf(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  })
}
