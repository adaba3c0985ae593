import { request } from 'node:https'
import { messageOf } from '../core/errors.js'

export interface ApiServer {
  url: string
  /** Its certificate authority, PEM in base64. */
  certificateAuthority: string
  token: string
}

/** An answer, or why there is none. The body is undefined where it is no JSON. */
export type ApiAnswer = { status: number; body: unknown; text: string } | { unreachable: string }

const MOST_BYTES = 64 * 1024 * 1024

/**
 * One GET, verified against the certificate authority of the cluster.
 * @param path such as `/api/v1/nodes`
 */
export async function getFromApi(
  server: ApiServer,
  path: string,
  options: { timeoutMs: number; signal: AbortSignal; accept?: string },
): Promise<ApiAnswer> {
  return new Promise((resolve) => {
    const fail = (error: unknown): void => resolve({ unreachable: messageOf(error) })
    const call = request(
      new URL(path, server.url),
      {
        ca: Buffer.from(server.certificateAuthority, 'base64'),
        headers: { authorization: `Bearer ${server.token}`, accept: options.accept ?? 'application/json' },
        signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
      },
      (answer) => {
        const chunks: Buffer[] = []
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > MOST_BYTES) call.destroy(new Error('The answer is too long.'))
          else chunks.push(chunk)
        })
        answer.on('error', fail)
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: answer.statusCode ?? 0, body: jsonOf(text), text })
        })
      },
    )
    call.on('error', fail)
    call.end()
  })
}

/** Every item of a list, over all its pages. @returns the answer that was no list, where there is one */
export async function listFromApi(
  server: ApiServer,
  path: string,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<{ items: unknown[] } | ApiAnswer> {
  const items: unknown[] = []
  let next = ''
  do {
    const answer = await getFromApi(server, `${path}?limit=500${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`, options)
    if ('unreachable' in answer || answer.status !== 200 || !isList(answer.body)) return answer
    items.push(...answer.body.items)
    next = answer.body.metadata?.continue ?? ''
  } while (next !== '')
  return { items }
}

function isList(body: unknown): body is { items: unknown[]; metadata?: { continue?: string } } {
  return typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
