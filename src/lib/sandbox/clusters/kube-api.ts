import type { ClusterPki } from './pki.js'
import { SecureClient, type SecureAnswer } from './secure-client.js'

/** The API server of a cluster of the sandbox, called as its administrator. Only what the sandbox itself needs. */
export class KubeApi {
  readonly #client: SecureClient

  private constructor(client: SecureClient) {
    this.#client = client
  }

  static async open(port: number, pki: ClusterPki): Promise<KubeApi> {
    return new KubeApi(await SecureClient.open(port, pki.authority, pki.files.clients.admin))
  }

  /** Whether the API server serves. */
  async isReady(): Promise<boolean> {
    try {
      return (await this.#client.call('GET', '/readyz', { timeoutMs: 2000 })).status === 200
    } catch {
      return false
    }
  }

  /** The items of a list. @throws when the answer is an error. */
  async list<T>(path: string): Promise<T[]> {
    const answer = await this.#client.call('GET', path)
    const items = answer.body?.['items']
    if (answer.status !== 200 || !Array.isArray(items)) throw refused('GET', path, answer)
    return items as T[]
  }

  /** An object, or undefined where there is none. */
  async get(path: string): Promise<Record<string, unknown> | undefined> {
    const answer = await this.#client.call('GET', path)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw refused('GET', path, answer)
    return answer.body
  }

  /** Makes an object. One that is there stays as it is. */
  async create(path: string, object: unknown): Promise<void> {
    const answer = await this.#client.call('POST', path, { input: object })
    if (answer.status !== 201 && answer.status !== 409) throw refused('POST', path, answer)
  }

  /** Asks for something that is made for the asker and not kept, such as a token. @throws when the answer is an error. */
  async request(path: string, object: unknown): Promise<Record<string, unknown>> {
    const answer = await this.#client.call('POST', path, { input: object })
    if (answer.status !== 201 || !answer.body) throw refused('POST', path, answer)
    return answer.body
  }

  /** Merges `change` into an object (RFC 7396). */
  async merge(path: string, change: unknown): Promise<void> {
    const answer = await this.#client.call('PATCH', path, { input: change, contentType: 'application/merge-patch+json' })
    if (answer.status !== 200) throw refused('PATCH', path, answer)
  }

  /** Deletes an object at once. One that is not there is fine. */
  async remove(path: string): Promise<void> {
    const answer = await this.#client.call('DELETE', path, { input: { gracePeriodSeconds: 0 } })
    if (answer.status >= 300 && answer.status !== 404) throw refused('DELETE', path, answer)
  }

  close(): void {
    this.#client.close()
  }
}

function refused(method: string, path: string, { body, status }: SecureAnswer): Error {
  const message = typeof body?.['message'] === 'string' ? body['message'] : 'no message'
  return new Error(`${method} ${path}: ${status}, ${message}`)
}
