import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { isSystemError } from '../../core/errors.js'
import { WayUnavailable } from './unavailable.js'

/** Time for a server to begin its answer, in ms. Without internet nothing should wait longer. */
const ANSWER_MS = 2000
/** Time without a single byte after which a download counts as dead, in ms. */
const STALL_MS = 30_000
/** A checksum file has a few kilobytes. */
const MAX_TEXT_BYTES = 1024 * 1024

export interface DownloadOptions {
  signal: AbortSignal
  onBytes?: (done: number, total: number | undefined) => void
}

/** Reads a small text file. @throws `WayUnavailable` */
export async function downloadText(url: string, options: DownloadOptions): Promise<string> {
  const parts: Uint8Array[] = []
  await receive(url, MAX_TEXT_BYTES, options, async (chunks) => {
    for await (const chunk of chunks) parts.push(chunk)
  })
  return Buffer.concat(parts).toString('utf8')
}

/**
 * Writes what `url` answers to `file`, at most `maxBytes`.
 * @returns the SHA-256 of what was written, in hex.
 * @throws `WayUnavailable` when the server is out of reach, refuses, stalls, or sends too much.
 */
export async function downloadFile(url: string, file: string, maxBytes: number, options: DownloadOptions): Promise<string> {
  const hash = createHash('sha256')
  await receive(url, maxBytes, options, async (chunks) => {
    await pipeline(
      chunks,
      async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    )
  })
  return hash.digest('hex')
}

async function receive(
  url: string,
  maxBytes: number,
  { signal, onBytes }: DownloadOptions,
  consume: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const watch = new AbortController()
  let timer = setTimeout(() => watch.abort(new WayUnavailable(`${hostOf(url)} did not answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, watch.signal]), redirect: 'follow' })
    checkAnswer(url, response)
    const declared = Number(response.headers.get('content-length') ?? Number.NaN)
    const total = Number.isSafeInteger(declared) && response.headers.get('content-encoding') === null ? declared : undefined
    if (total !== undefined && total > maxBytes) throw tooLarge(url, maxBytes)
    if (!response.body) throw new WayUnavailable(`${url} answered nothing`)
    const body = response.body
    let done = 0
    await consume(
      (async function* () {
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          clearTimeout(timer)
          timer = setTimeout(() => watch.abort(new WayUnavailable(`${hostOf(url)} sent nothing for ${STALL_MS / 1000} s`)), STALL_MS)
          done += chunk.byteLength
          if (done > maxBytes) throw tooLarge(url, maxBytes)
          onBytes?.(done, total)
          yield chunk
        }
      })(),
    )
    if (total !== undefined && done !== total) throw new WayUnavailable(`${url} ended after ${done} of ${total} bytes`)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (watch.signal.aborted) throw watch.signal.reason
    throw explain(url, error)
  } finally {
    clearTimeout(timer)
    // Lets go of the connection when we stopped in the middle.
    watch.abort()
  }
}

function checkAnswer(url: string, response: Response): void {
  if (!response.ok) throw new WayUnavailable(`${url} answered ${response.status} ${response.statusText}`.trim())
  if (url.startsWith('https:') && !response.url.startsWith('https:'))
    throw new WayUnavailable(`${url} leads to an address without encryption`)
}

function explain(url: string, error: unknown): unknown {
  if (error instanceof WayUnavailable) return error
  const cause = error instanceof TypeError ? error.cause : error
  if (isSystemError(cause, 'ENOTFOUND', 'EAI_AGAIN')) return new WayUnavailable(`the name ${hostOf(url)} is unknown here (no internet?)`)
  if (isSystemError(cause, 'ECONNREFUSED')) return new WayUnavailable(`${hostOf(url)} refused the connection`)
  // fetch reports everything that goes wrong with a connection as a TypeError with the cause inside.
  if (error instanceof TypeError)
    return new WayUnavailable(`${hostOf(url)} could not be reached: ${cause instanceof Error ? cause.message : error.message}`)
  return error
}

function tooLarge(url: string, maxBytes: number): WayUnavailable {
  return new WayUnavailable(`${url} is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB, which is more than expected`)
}

function hostOf(url: string): string {
  return new URL(url).host
}
