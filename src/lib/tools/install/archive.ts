import { createWriteStream } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../../core/errors.js'
import type { DownloadRecipe } from '../tool-spec.js'
import { WayUnavailable } from './unavailable.js'

const FILE_TYPE_MASK = 0o170000
const REGULAR_FILE = 0o100000

/**
 * Unpacks plain files and folders below `directory`. One entry that is a link, a device or leads outside spoils the whole archive,
 * and so does more than `maxBytes` of content.
 * @throws `WayUnavailable` when the archive is damaged or refused.
 */
export async function unpack(file: string, format: DownloadRecipe['format'], directory: string, maxBytes: number): Promise<void> {
  await mkdir(directory, { recursive: true })
  try {
    if (format === 'zip') await unpackZip(file, directory, maxBytes)
    else if (format === 'tar.gz') await unpackTar(file, directory, maxBytes)
    else await copyFile(file, path.join(directory, path.basename(file)))
  } catch (error) {
    if (error instanceof WayUnavailable) throw error
    throw new WayUnavailable(`the archive cannot be unpacked: ${messageOf(error)}`)
  }
}

async function unpackZip(file: string, directory: string, maxBytes: number): Promise<void> {
  const { openPromise } = (await import('yauzl')).default
  // strictFileNames and the default checks of yauzl refuse absolute names, backslashes and "..".
  const zip = await openPromise(file, { autoClose: false, strictFileNames: true, validateEntrySizes: true })
  try {
    let bytes = 0
    for await (const entry of zip.eachEntry()) {
      bytes += entry.uncompressedSize
      if (bytes > maxBytes) throw tooMuch(maxBytes)
      const target = insideOf(directory, entry.fileName)
      const mode = entry.externalFileAttributes >>> 16
      if (entry.fileName.endsWith('/')) {
        await mkdir(target, { recursive: true })
        continue
      }
      // Zip files made on Windows have no mode.
      if (mode !== 0 && (mode & FILE_TYPE_MASK) !== 0 && (mode & FILE_TYPE_MASK) !== REGULAR_FILE) {
        throw new WayUnavailable(`the archive holds ${entry.fileName}, which is not a plain file`)
      }
      await mkdir(path.dirname(target), { recursive: true })
      await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(target, { flags: 'wx', mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }),
      )
    }
  } finally {
    zip.close()
  }
}

async function unpackTar(file: string, directory: string, maxBytes: number): Promise<void> {
  const { x: extract } = await import('tar')
  let bytes = 0
  // An error thrown inside the filter would not reach us: the first one is kept and thrown afterwards.
  let refused: WayUnavailable | undefined
  await extract({
    file,
    cwd: directory,
    strict: true,
    preserveOwner: false,
    filter: (name, entry) => {
      refused ??= refusal(name, entry)
      bytes += entry.size
      if (bytes > maxBytes) refused ??= tooMuch(maxBytes)
      return refused === undefined
    },
  })
  if (refused) throw refused
}

function refusal(name: string, entry: object): WayUnavailable | undefined {
  const type = 'type' in entry ? String(entry.type) : ''
  if (!['File', 'OldFile', 'Directory'].includes(type))
    return new WayUnavailable(`the archive holds ${name}, which is not a plain file (${type})`)
  if (path.isAbsolute(name) || name.split('/').includes('..')) return new WayUnavailable(`the archive holds ${name}, which leads outside`)
  return undefined
}

function insideOf(directory: string, name: string): string {
  const target = path.resolve(directory, name)
  if (!target.startsWith(path.resolve(directory) + path.sep)) throw new WayUnavailable(`the archive holds ${name}, which leads outside`)
  return target
}

function tooMuch(maxBytes: number): WayUnavailable {
  return new WayUnavailable(`the archive holds more than ${Math.round(maxBytes / 1024 / 1024)} MiB, which is more than expected`)
}
