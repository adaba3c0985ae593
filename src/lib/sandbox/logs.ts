import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import type { SandboxPorts } from './supervised.js'
import { sandboxFolders, type SandboxFolders } from './folders.js'

/**
 * `gateway`: one line for each call. `emulator`: what fakecloud writes. `clusters`: what was done to the Kubernetes clusters, and how long
 * it took. `supervisor`: defects of the supervisor.
 */
export const logSources = ['gateway', 'emulator', 'clusters', 'supervisor'] as const
export type LogSource = (typeof logSources)[number]

export interface LogLine {
  source: LogSource
  text: string
}

/** Most of a log file's end that is read for its last lines. */
const TAIL_BYTES = 1024 * 1024

/** The last lines of each of the logs. */
export async function sandboxLogs(directory: string, options: { lines: number; sources?: readonly LogSource[] }): Promise<LogLine[]> {
  return lastLines(sandboxFolders(directory), options.lines, options.sources)
}

/** Like `sandboxLogs`, for code that has the folders already. */
export async function lastLines(folders: SandboxFolders, lines: number, sources: readonly LogSource[] = logSources): Promise<LogLine[]> {
  const found: LogLine[] = []
  for (const source of sources) {
    const file = fileOf(folders, source)
    const size = await sizeOf(file)
    const text = await readFrom(file, Math.max(0, size - TAIL_BYTES), size)
    for (const line of text.split('\n').filter(Boolean).slice(-lines)) found.push({ source, text: line })
  }
  return found
}

/** Hands over each new line until the signal of `ports` fires. */
export async function followSandboxLogs(
  ports: Pick<SandboxPorts, 'clock' | 'signal'>,
  directory: string,
  options: { sources?: readonly LogSource[]; onLine: (line: LogLine) => void },
): Promise<void> {
  const folders = sandboxFolders(directory)
  const followed = (options.sources ?? logSources).map((source) => ({ source, file: fileOf(folders, source), offset: 0, rest: '' }))
  for (const log of followed) log.offset = await sizeOf(log.file)
  while (!ports.signal.aborted) {
    for (const log of followed) {
      const size = await sizeOf(log.file)
      // A shorter file is a new one.
      if (size < log.offset) log.offset = 0
      const lines = (log.rest + (await readFrom(log.file, log.offset, size))).split('\n')
      log.offset = size
      log.rest = lines.pop() ?? ''
      for (const text of lines) options.onLine({ source: log.source, text })
    }
    await ports.clock.sleep(200, ports.signal).catch(() => undefined)
  }
}

function fileOf(folders: SandboxFolders, source: LogSource): string {
  return path.join(folders.logs, `${source}.log`)
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0
}

async function readFrom(file: string, start: number, end: number): Promise<string> {
  if (end <= start) return ''
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(end - start), position: start })
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await handle.close()
  }
}
