import { mkdir, readFile } from 'node:fs/promises'
import type { Clock } from '../../core/ports.js'
import type { KeptProcess } from './kept-process.js'
import { ensureEtcdPki, type EtcdPki } from './pki.js'
import { freePort } from './ports.js'
import { etcdArguments, etcdPrefix } from './process-arguments.js'
import { SecureClient } from './secure-client.js'
import type { StartProcess } from './start-process.js'
import { waitUntil } from './wait.js'

export interface EtcdOptions {
  program: string
  /** Folders of its data and of its keys. */
  data: string
  pki: string
  startProcess: StartProcess
  clock: Clock
}

const START_TIMEOUT_MS = 20_000

/** The one etcd that all clusters of a sandbox share. */
export class Etcd {
  readonly #process: KeptProcess
  readonly #client: SecureClient
  readonly endpoint: string
  readonly pki: EtcdPki

  private constructor(process: KeptProcess, client: SecureClient, endpoint: string, pki: EtcdPki) {
    this.#process = process
    this.#client = client
    this.endpoint = endpoint
    this.pki = pki
  }

  /** Starts it. Resolves when it answers. */
  static async start({ clock, data, pki: pkiFolder, program, startProcess }: EtcdOptions): Promise<Etcd> {
    const pki = await ensureEtcdPki(pkiFolder)
    // The folder for its owner only: etcd refuses to start otherwise.
    await mkdir(data, { recursive: true, mode: 0o700 })
    const [clientPort, peerPort] = [await freePort(), await freePort()]
    const client = await SecureClient.open(clientPort, await readFile(pki.authority, 'utf8'), pki.client)
    const process = await startProcess({ role: 'etcd', file: program, args: etcdArguments({ pki, data, clientPort, peerPort }) })
    const isHealthy = async (): Promise<boolean> => (await client.call('GET', '/health', { timeoutMs: 1000 })).status === 200
    try {
      await waitUntil(clock, START_TIMEOUT_MS, 'etcd answers', async () => isHealthy().catch(() => false), process.givenUp)
    } catch (error) {
      await process.stop('SIGKILL')
      throw error
    }
    return new Etcd(process, client, `https://127.0.0.1:${clientPort}`, pki)
  }

  /** Deletes everything of a cluster. */
  async forget(cluster: string): Promise<void> {
    const prefix = `${etcdPrefix(cluster)}/`
    // All keys from the prefix to the first one behind it: a slash is followed by a zero.
    const input = { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) }
    const { status } = await this.#client.call('POST', '/v3/kv/deleterange', { input, timeoutMs: 30_000 })
    if (status !== 200) throw new Error(`etcd did not delete the keys of ${cluster}: ${status}`)
  }

  async stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#client.close()
    await this.#process.stop(signal)
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
