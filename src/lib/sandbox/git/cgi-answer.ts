import type { Readable } from 'node:stream'

export interface CgiHead {
  status: number
  /** Names and values in turns. */
  rawHeaders: string[]
  /** What was read of the body already. */
  rest: Buffer
}

/** A program that writes more than this before its first empty line is no CGI program. */
const MAX_HEAD = 64 * 1024

/**
 * Reads the head of a CGI answer (RFC 3875, section 6.2) and leaves the rest of the stream unread.
 * @returns undefined when the stream ends before the head does.
 */
export async function readCgiHead(stream: Readable): Promise<CgiHead | undefined> {
  let read = Buffer.alloc(0)
  for (;;) {
    const chunk = await nextChunk(stream)
    if (chunk === undefined) return undefined
    read = Buffer.concat([read, chunk])
    const end = /\r?\n\r?\n/.exec(read.toString('latin1'))
    if (end) return { ...parseHead(read.subarray(0, end.index).toString('latin1')), rest: read.subarray(end.index + end[0].length) }
    if (read.length > MAX_HEAD) return undefined
  }
}

function parseHead(text: string): Omit<CgiHead, 'rest'> {
  let status = 200
  const rawHeaders: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    if (name.toLowerCase() === 'status') status = Number(value.slice(0, 3)) || 500
    else rawHeaders.push(name, value)
  }
  return { status, rawHeaders }
}

/** The next chunk of a paused stream, or undefined at its end. */
async function nextChunk(stream: Readable): Promise<Buffer | undefined> {
  for (;;) {
    const chunk = stream.read() as Buffer | null
    if (chunk !== null) return chunk
    if (stream.readableEnded || stream.destroyed) return undefined
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['readable', 'end', 'close', 'error']) stream.off(event, done)
        resolve()
      }
      for (const event of ['readable', 'end', 'close', 'error']) stream.once(event, done)
    })
  }
}
