import { constants, existsSync, realpathSync } from 'node:fs'
import { access, mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError, messageOf, UserError } from './errors.js'

/**
 * Writes a file so that a reader, or a crash, sees the old text or the new one and nothing between. Makes the folder.
 * @throws `FileNotWritable`
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array, options: { mode?: number } = {}): Promise<void> {
  // Loaded here because it brings cryptography and threads along, and many commands only read.
  const { default: writeFileAtomicLibrary } = await import('write-file-atomic')
  try {
    await makeFolder(path.dirname(file))
    await writeFileAtomicLibrary(file, typeof data === 'string' ? data : Buffer.from(data), options)
  } catch (error) {
    throw notWritable(file, error instanceof UserError ? error.cause : error)
  }
}

/** Finds out early whether a file could be written: before work whose result it is to take. @throws `FileNotWritable` */
export async function assertWritable(file: string): Promise<void> {
  const place = existsSync(file) ? file : nearestAbove(file)
  try {
    await access(place, constants.W_OK)
    const isFolder = (await stat(place)).isDirectory()
    if (isFolder === (place === file)) throw new Error(`${place} is ${isFolder ? 'a folder' : 'not a folder'}.`)
  } catch (error) {
    throw notWritable(file, error)
  }
}

function nearestAbove(file: string): string {
  const folder = path.dirname(file)
  return existsSync(folder) ? folder : nearestAbove(folder)
}

/** Makes a folder and those above it. @throws `FileNotWritable` */
export async function makeFolder(folder: string, options: { mode?: number } = {}): Promise<void> {
  try {
    await mkdir(folder, { ...options, recursive: true })
  } catch (error) {
    throw notWritable(folder, isSystemError(error, 'ENOENT') ? await realReason(folder, error) : error)
  }
}

/** On a disk that can only be read, Node says of several folders at once that there is none (nodejs/node, `mkdir` with `recursive`). */
async function realReason(folder: string, error: unknown): Promise<unknown> {
  const parent = path.dirname(folder)
  if (parent !== folder && !existsSync(parent)) return realReason(parent, error)
  return mkdir(folder).then(
    () => error,
    (reason: unknown) => reason,
  )
}

function notWritable(file: string, error: unknown): UserError {
  return new UserError('FileNotWritable', `Cannot write ${file}.`, {
    cause: error,
    reason: messageOf(error),
    next: ['Check the rights of the folder and the free space of the disk, then run the command again.'],
    details: { file },
  })
}

/** Two-space JSON with a final newline: the form of every JSON file that platform writes. */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Largest file that is read as text, in bytes, unless the caller says otherwise. */
const MAX_TEXT = 16 * 1024 * 1024

/**
 * The file's text, or undefined when there is none.
 * @param options `maxBytes`: a larger file is refused.
 * @throws `FileNotReadable`
 */
export async function readTextIfExists(file: string, { maxBytes = MAX_TEXT } = {}): Promise<string | undefined> {
  try {
    const { size } = await stat(file)
    if (size > maxBytes) throw tooLarge(file, size, maxBytes)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof UserError) throw error
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw notReadable(file, error)
  }
}

function tooLarge(file: string, size: number, maxBytes: number): UserError {
  return new UserError('FileNotReadable', `Cannot read ${file}.`, {
    reason: `It has ${size} bytes, and at most ${maxBytes} are read.`,
    next: ['Bring the file back from Git or a backup, or move it away when it is in neither, then run the command again.'],
    details: { file, size, maxBytes },
  })
}

function notReadable(file: string, error: unknown): UserError {
  const isFolder = isSystemError(error, 'EISDIR')
  return new UserError('FileNotReadable', `Cannot read ${file}.`, {
    cause: error,
    reason: isFolder ? 'It is a folder, and a file is expected here.' : messageOf(error),
    next: [
      isFolder
        ? 'Remove the folder, or bring the file back from Git, then run the command again.'
        : 'Check who owns the file and what its rights are, then run the command again.',
    ],
    details: { file },
  })
}

/**
 * Joins `relative` to `root` and follows symlinks as far as the path exists.
 * @throws `PathOutsideRepository` when the result is not inside `root`.
 */
export async function resolveInside(root: string, relative: string): Promise<string> {
  const realRoot = realpathSync.native(root)
  const target = path.resolve(realRoot, relative)
  const real = realpathOfExistingPart(target)
  if (real !== realRoot && !real.startsWith(realRoot + path.sep)) {
    throw new UserError('PathOutsideRepository', `${relative} leads outside ${root}.`, {
      reason: 'A link in the repository points to another place, and platform writes inside the repository only.',
      next: ['Replace the link by the folder or file itself.'],
      details: { path: relative, root },
    })
  }
  return target
}

/** Every command asks for many places, and the way over another thread takes longer than the answer. */
function realpathOfExistingPart(target: string): string {
  try {
    return realpathSync.native(target)
  } catch (error) {
    const parent = path.dirname(target)
    if (isSystemError(error, 'ELOOP')) {
      throw new UserError('PathOutsideRepository', `${target} is a link that leads back to itself.`, {
        cause: error,
        next: ['Replace the link by the folder or file itself.'],
        details: { path: target },
      })
    }
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR') || parent === target) throw error
    return path.join(realpathOfExistingPart(parent), path.basename(target))
  }
}
