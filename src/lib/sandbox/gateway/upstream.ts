import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { headerOf, withoutHeaders, type Answer } from './answer.js'
import type { CallTape } from './call-recorder.js'

/** Headers that belong to one connection (RFC 9110, section 7.6.1), and `Expect`, which the gateway has answered already. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'])
const SIGNATURE_HEADERS = new Set(['authorization', 'x-amz-security-token', 'x-amz-date'])

export interface OutgoingRequest {
  method: string
  /** Path and query. */
  url: string
  rawHeaders: readonly string[]
  body: Buffer
}

/** Why a request got no answer: the emulator could not be reached, or cut the connection. */
export class UpstreamGone extends Error {}

/** The emulator behind the gateway, reached over connections that are kept open. */
export class Upstream {
  readonly #port: () => Promise<number>
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 64 })

  /** @param port resolves to the emulator's port as soon as it answers; rejects when it does not come up. */
  constructor(port: () => Promise<number>) {
    this.#port = port
  }

  /**
   * Passes a request through as it comes in, and its answer as it comes back.
   * @param options.body what was read of the request already.
   */
  async stream(
    incoming: IncomingMessage,
    response: ServerResponse,
    { body, tape }: { body?: Buffer; tape?: CallTape } = {},
  ): Promise<void> {
    const outgoing = await this.#open(incoming.method ?? 'GET', incoming.url ?? '/', incoming.rawHeaders)
    const abort = (): void => void outgoing.destroy()
    response.once('close', abort)
    try {
      const answered = answerOf(outgoing)
      if (body === undefined) {
        if (tape?.wantsRequest) incoming.on('data', (chunk: Buffer) => tape.request(chunk))
        incoming.pipe(outgoing)
      } else outgoing.end(body)
      const answer = await answered
      if (tape) {
        tape.answerHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.on('data', (chunk: Buffer) => tape.answer(chunk))
      }
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHeaders(answer.rawHeaders, HOP_BY_HOP))
      await pipeline(answer, response)
    } finally {
      response.off('close', abort)
    }
  }

  /** Sends a request and reads the whole answer. */
  async send(request: OutgoingRequest): Promise<Answer> {
    const headers = [...withoutHeaders(request.rawHeaders, new Set(['content-length']))]
    const outgoing = await this.#open(request.method, request.url, [...headers, 'content-length', String(request.body.length)])
    const answered = answerOf(outgoing)
    outgoing.end(request.body)
    const answer = await answered
    const chunks: Buffer[] = []
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const kept = withoutHeaders(answer.rawHeaders, new Set([...HOP_BY_HOP, 'content-length']))
    return { status: answer.statusCode ?? 502, rawHeaders: [...kept, 'content-length', String(body.length)], body }
  }

  /**
   * Sends a changed request, whose signature is no longer that of the caller, as the emulator's root identity: any access key
   * that starts with `test` is taken without a look at its signature. Only for requests that were let through once.
   */
  async sendAsRoot(request: OutgoingRequest, service: string, region: string): Promise<Answer> {
    const url = new URL(request.url, 'http://127.0.0.1')
    for (const name of [...url.searchParams.keys()])
      if (/^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token)$/i.test(name)) url.searchParams.delete(name)
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const authorization = `AWS4-HMAC-SHA256 Credential=test/${date.slice(0, 8)}/${region}/${service}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`
    const kept = withoutHeaders(request.rawHeaders, SIGNATURE_HEADERS)
    const host = headerOf(kept, 'host') === undefined ? ['host', '127.0.0.1'] : []
    const rawHeaders = [...kept, ...host, 'x-amz-date', date, 'authorization', authorization]
    const changed = url.search !== new URL(request.url, 'http://127.0.0.1').search
    return this.send({ ...request, rawHeaders, url: changed ? url.pathname + url.search : request.url })
  }

  close(): void {
    this.#agent.destroy()
  }

  async #open(method: string, path: string, rawHeaders: readonly string[]): Promise<ClientRequest> {
    let port: number
    try {
      port = await this.#port()
    } catch (error) {
      throw new UpstreamGone('the emulator is not running', { cause: error })
    }
    return httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: this.#agent,
      headers: withoutHeaders(rawHeaders, HOP_BY_HOP),
      setHost: false,
    })
  }
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.on('error', (error) => reject(new UpstreamGone(error.message, { cause: error })))
  })
}
