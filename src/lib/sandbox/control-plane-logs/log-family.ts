import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

/** A place in a log file that may be renamed meanwhile. */
export interface Cursor {
  /** Which file: its name changes when the log is rotated, this does not. */
  file: string
  offset: number
}

interface LogFile {
  path: string
  id: string
  size: number
  changedAt: number
}

/** Read in one go. */
const MAX_READ = 4 * 1024 * 1024

/**
 * Reads on in a log, also when it was rotated: `audit.log` became `audit-<time>.log`, or `kube-scheduler.log` became `kube-scheduler.log.1`.
 * @param cursor undefined: from the beginning.
 * @returns whole lines only, and where they end; no lines at the end.
 */
export async function readOn(log: string, cursor: Cursor | undefined): Promise<{ lines: string[]; next: Cursor | undefined }> {
  const files = await familyOf(log)
  const known = files.findIndex(({ id }) => id === cursor?.file)
  let next = cursor
  // One that is not there any more was rotated away: go on with the oldest that is.
  for (const file of known === -1 ? files : files.slice(known)) {
    const offset = file.id === cursor?.file ? cursor.offset : 0
    const lines = await readLines(file, offset)
    if (lines.length > 0)
      return { lines: lines.toString('utf8').split('\n').slice(0, -1), next: { file: file.id, offset: offset + lines.length } }
    next = { file: file.id, offset: Math.min(offset, file.size) }
  }
  return { lines: [], next }
}

/** Behind everything that a log holds now. */
export async function endOf(log: string): Promise<Cursor | undefined> {
  const last = (await familyOf(log)).at(-1)
  return last && { file: last.id, offset: last.size }
}

/** The files of a log, the oldest first. */
async function familyOf(log: string): Promise<LogFile[]> {
  const { dir, name } = path.parse(log)
  const names = (await readdir(dir).catch(() => [])).filter(
    (each) => each === `${name}.log` || each === `${name}.log.1` || (each.startsWith(`${name}-2`) && each.endsWith('.log')),
  )
  const found = await Promise.all(names.map(async (each) => describe(path.join(dir, each))))
  const isCurrent = ({ path: file }: LogFile): boolean => file === log
  return found
    .filter((file) => file !== undefined)
    .toSorted((a, b) => Number(isCurrent(a)) - Number(isCurrent(b)) || a.changedAt - b.changedAt)
}

async function describe(file: string): Promise<LogFile | undefined> {
  const found = await stat(file).catch(() => undefined)
  // A number alone may be given to the next file.
  return found && { path: file, id: `${found.ino}-${Math.trunc(found.birthtimeMs)}`, size: found.size, changedAt: found.mtimeMs }
}

async function readLines({ path: file, size }: LogFile, offset: number): Promise<Buffer> {
  if (size <= offset) return Buffer.alloc(0)
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    const length = Math.min(MAX_READ, size - offset)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
    const read = buffer.subarray(0, bytesRead)
    return read.subarray(0, read.lastIndexOf(10) + 1)
  } catch {
    return Buffer.alloc(0)
  } finally {
    await handle?.close()
  }
}
