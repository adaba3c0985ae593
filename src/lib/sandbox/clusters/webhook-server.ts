import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A review of Kubernetes, as its API server sends it and takes it back. */
export type Review = Record<string, unknown>

/** Who decides about tokens and access in the clusters. */
export interface Reviews {
  /** @param review a TokenReview of authentication.k8s.io/v1. */
  token(cluster: string, review: Review): Promise<Review>
  /** @param review a SubjectAccessReview of authorization.k8s.io/v1. */
  access(cluster: string, review: Review): Promise<Review>
}

const MAX_BODY = 1024 * 1024

/**
 * Answers the webhooks of the API servers: on 127.0.0.1, and only to who knows the secret. It is part of the path, because an API server
 * sends no token by plain HTTP.
 */
export class WebhookServer {
  readonly #server: Server
  readonly #port: number
  readonly #secret: string

  private constructor(server: Server, port: number, secret: string) {
    this.#server = server
    this.#port = port
    this.#secret = secret
  }

  /** @param log gets a line for each review that failed. */
  static async start(reviews: Reviews, log: (line: string) => void): Promise<WebhookServer> {
    const secret = randomBytes(24).toString('hex')
    const server = createServer((request, response) => {
      answer(reviews, secret, request)
        .then(({ body, status }) => reply(response, status, body))
        .catch((error: unknown) => {
          log(
            `webhook ${request.url?.split('/').slice(2).join('/')}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          )
          reply(response, 500, { message: 'The review failed.' })
        })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('The server of the webhooks has no port.')
    return new WebhookServer(server, address.port, secret)
  }

  tokenUrl(cluster: string): string {
    return `http://127.0.0.1:${this.#port}/${this.#secret}/${cluster}/token`
  }

  accessUrl(cluster: string): string {
    return `http://127.0.0.1:${this.#port}/${this.#secret}/${cluster}/access`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

async function answer(reviews: Reviews, secret: string, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const [, given, cluster, kind] = /^\/([^/?]+)\/([^/?]+)\/(token|access)(?:\?.*)?$/.exec(request.url ?? '') ?? []
  if (request.method !== 'POST' || cluster === undefined || !isSecret(given, secret))
    return { status: 404, body: { message: 'There is nothing here.' } }
  const review = JSON.parse(await readBody(request)) as Review
  return { status: 200, body: await (kind === 'token' ? reviews.token(cluster, review) : reviews.access(cluster, review)) }
}

function isSecret(text: string | undefined, secret: string): boolean {
  const [given, wanted] = [Buffer.from(text ?? ''), Buffer.from(secret)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new Error('The review is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
