import path from 'node:path'
import { isSystemError, UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'
import { digestOf, type PlatformLock } from './lock-file.js'
import { notedIn, pristineFolderOf, sourceOf, type Part } from './parts.js'
import { plainFilesOf } from './shipped.js'

/** A file of a part as platform wrote it. */
export interface PristineFile {
  /** Relative to the repository. */
  path: string
  /** Where the pristine copy belongs, relative to the repository. */
  copy: string
  /** Undefined when the text is nowhere to be found any more. */
  content: string | undefined
}

/** By path relative to the folder; empty when there is no such folder. */
export async function textsIn(folder: string): Promise<Map<string, string>> {
  try {
    return new Map((await plainFilesOf(folder)).map((file) => [file.path, file.content]))
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return new Map()
    throw error
  }
}

/** The texts of a part as it comes with platform; empty when this version is not among them. */
export function shippedTexts(templates: string, part: Part): Promise<Map<string, string>> {
  return textsIn(path.join(templates, 'terraform', sourceOf(part)))
}

/**
 * Every file of a part with the text that platform wrote. The digest in the lock decides between the shipped templates, the copy
 * in the repository and, for repositories of version 0.1.0, which have no copies, an untouched file.
 */
export async function pristineFiles(directory: string, lock: PlatformLock, templates: string, part: Part): Promise<PristineFile[]> {
  const noted = notedIn(lock, part.folder)
  const shipped = await shippedTexts(templates, part)
  const copyFolder = pristineFolderOf(part)
  const copies = await textsIn(path.join(directory, copyFolder))
  const names = [...new Set([...(shipped.size > 0 ? shipped : copies).keys(), ...noted.keys()])].sort()
  return Promise.all(
    names.map(async (name) => {
      const file = path.posix.join(part.folder, name)
      const candidates = [shipped.get(name), copies.get(name), await readTextIfExists(path.join(directory, file))]
      const digest = noted.get(name)
      const known = candidates.find((text) => text !== undefined && digestOf(text) === digest)
      const content = known ?? shipped.get(name) ?? (digest === undefined ? copies.get(name) : undefined)
      return { path: file, copy: path.posix.join(copyFolder, name), content }
    }),
  )
}

/** For a file that cannot be written again, or merged. */
export function textMissing({ path, copy }: PristineFile): UserError {
  return new UserError('TemplateTextMissing', `The text that ${path} was made from is nowhere to be found.`, {
    reason: `The text that platform.lock.json names is neither among the templates of this platform nor in ${copy}.`,
    next: [`Bring it back from Git: git checkout HEAD -- ${copy}`],
    details: { file: path },
  })
}
