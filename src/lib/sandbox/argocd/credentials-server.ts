import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { PodCredentials, PodIdentity, PodPrincipal } from './pod-identity.js'

/** New ones are asked for when the old ones are valid for less than this. An SDK asks again some minutes before they end. */
const RENEW_MS = 20 * 60_000

/**
 * Gives processes the credentials of their service accounts, as the agent of EKS Pod Identity does on a node: the SDK of AWS asks the
 * address in its environment, with a token that only this process has.
 */
export class CredentialsServer {
  readonly #identity: PodIdentity
  readonly #now: () => Date
  readonly #secret = randomBytes(32)
  readonly #known = new Map<string, PodCredentials>()
  readonly #server: Server
  #port = 0

  private constructor(identity: PodIdentity, now: () => Date, log: (line: string) => void) {
    this.#identity = identity
    this.#now = now
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        log(`pod identity: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        reply(response, 500, { message: 'The credentials could not be had.' })
      })
    })
  }

  /** @param log gets a line for each request that failed. */
  static async start(identity: PodIdentity, now: () => Date, log: (line: string) => void): Promise<CredentialsServer> {
    const server = new CredentialsServer(identity, now, log)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    const address = server.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('The server of credentials has no port.')
    server.#port = address.port
    return server
  }

  /** What an SDK must find in its environment to ask here. */
  environmentOf(principal: PodPrincipal): Record<string, string> {
    const name = nameOf(principal)
    return {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${this.#port}/v1/credentials/${name}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: this.#tokenFor(name),
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { body, status } = await this.#answerTo(request)
    reply(response, status, body)
  }

  async #answerTo({ headers, method, url }: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const name = /^\/v1\/credentials\/([\w-]+)$/.exec(url ?? '')?.[1]
    if (method !== 'GET' || name === undefined) return { status: 404, body: { message: 'There is nothing here.' } }
    if (!isSame(headers.authorization ?? '', this.#tokenFor(name))) return { status: 403, body: { message: 'The token is wrong.' } }
    const known = this.#known.get(name)
    if (known && Date.parse(known.Expiration) - this.#now().getTime() > RENEW_MS) return { status: 200, body: known }
    const result = await this.#identity(principalIn(name))
    if ('refused' in result) return { status: 404, body: { code: 'ResourceNotFoundException', message: result.refused } }
    this.#known.set(name, result.credentials)
    return { status: 200, body: result.credentials }
  }

  /** The token of a principal opens nothing of another one. */
  #tokenFor(name: string): string {
    return createHmac('sha256', this.#secret).update(name).digest('base64url')
  }
}

function nameOf({ cluster, namespace, region, serviceAccount }: PodPrincipal): string {
  return Buffer.from(JSON.stringify([cluster, region, namespace, serviceAccount])).toString('base64url')
}

function principalIn(name: string): PodPrincipal {
  const [cluster = '', region = '', namespace = '', serviceAccount = ''] = JSON.parse(
    Buffer.from(name, 'base64url').toString('utf8'),
  ) as string[]
  return { cluster, region, namespace, serviceAccount }
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
