import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import type { PairFiles } from './pki.js'

export interface SecureAnswer {
  status: number
  /** The object, or undefined where the answer is plain text. */
  body: Record<string, unknown> | undefined
}

export interface CallOptions {
  /** Sent as JSON. */
  input?: unknown
  contentType?: string
  timeoutMs?: number
}

/** Calls a JSON server on 127.0.0.1 that knows its clients by their certificates. */
export class SecureClient {
  readonly #port: number
  readonly #agent: Agent

  private constructor(port: number, agent: Agent) {
    this.#port = port
    this.#agent = agent
  }

  /** @param authority PEM of who signed the server's certificate. */
  static async open(port: number, authority: string, files: PairFiles): Promise<SecureClient> {
    const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)])
    return new SecureClient(port, new Agent({ keepAlive: true, ca: authority, cert, key }))
  }

  async call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options: CallOptions = {}): Promise<SecureAnswer> {
    const { contentType = 'application/json', input, timeoutMs = 10_000 } = options
    const text = input === undefined ? '' : JSON.stringify(input)
    const length = { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) }
    const headers = { accept: 'application/json', ...(text !== '' && length) }
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: this.#port, method, path, agent: this.#agent, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: objectIn(Buffer.concat(chunks).toString('utf8')) }))
      })
      outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`${method} ${path}: no answer within ${timeoutMs / 1000} s`)))
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
