import { readFile, stat } from 'node:fs/promises'
import { isSystemError, messageOf } from '../core/errors.js'

/** Largest configuration file that is read, in bytes. */
const MAX_SIZE = 1024 * 1024

/**
 * Reads a small text file. A pipe or device, which might never end, is not even opened.
 * @returns its text, or in words what is wrong with it.
 */
export async function readPlainText(file: string): Promise<{ text: string } | { wrong: string }> {
  try {
    const info = await stat(file)
    if (!info.isFile()) return { wrong: 'is not a file' }
    if (info.size > MAX_SIZE) return { wrong: 'is larger than 1 MB' }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)) }
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return { wrong: 'is a link to a file that does not exist' }
    if (isSystemError(error, 'ELOOP')) return { wrong: 'is a link that leads back to itself' }
    return { wrong: error instanceof TypeError ? 'is not UTF-8 text' : `cannot be read: ${messageOf(error)}` }
  }
}
