import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import type { ArgoCdRow, Companion, ServingCluster } from '../clusters/companion.js'
import { requestJson } from '../http-client.js'
import { ArgoCdProcesses, type ArgoCdProcessesOptions } from './argocd-processes.js'
import { components, findInstallation, makeRedisPassword, type Installation } from './installation.js'
import type { ArgoCdProgram, FindPrograms } from './programs.js'

export interface ArgoCdsOptions {
  clock: Clock
  log: (line: string) => void
  findPrograms: FindPrograms
  path: string | undefined
  awsEnvironment: (cluster: Pick<ServingCluster, 'name' | 'region'>, namespace: string, serviceAccount: string) => Record<string, string>
}

/** How often it is looked whether Argo CD is installed, and how. */
const LOOK_MS = 2000
/** How long it is left alone after its programs failed, or were not found. */
const PAUSE_MS = 15_000

/**
 * Argo CD in the clusters of a sandbox. Where it is installed, its pods are as Ready as all others and run nothing; its real programs run
 * on this machine beside them, with the settings and the rights that the pods would have.
 */
export class ArgoCds implements Companion {
  readonly #options: ArgoCdsOptions
  readonly #watches = new Map<string, Watch>()

  constructor(options: ArgoCdsOptions) {
    this.#options = options
  }

  serves(cluster: ServingCluster): void {
    this.#watches.set(cluster.name, new Watch(cluster, this.#options))
  }

  async ends(name: string): Promise<void> {
    const watch = this.#watches.get(name)
    this.#watches.delete(name)
    await watch?.stop()
  }

  async argoCd(name: string): Promise<ArgoCdRow | null> {
    return (await this.#watches.get(name)?.row()) ?? null
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map(async (name) => this.ends(name)))
  }
}

/** Argo CD of one cluster. */
class Watch {
  readonly #cluster: ServingCluster
  readonly #options: ArgoCdsOptions
  readonly #ended: Promise<void>
  #stop!: () => void
  readonly #stopping = new Promise<'stop'>((resolve) => (this.#stop = () => resolve('stop')))
  #installed: Installation | undefined
  #processes: ArgoCdProcesses | undefined
  #missing: ArgoCdProgram[] = []
  #problem: string | null = null

  constructor(cluster: ServingCluster, options: ArgoCdsOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#ended = this.#run()
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stop()
    await this.#ended
  }

  async row(): Promise<ArgoCdRow | undefined> {
    if (!this.#installed) return undefined
    const { namespace } = this.#installed
    const processes = this.#processes
    if (!processes) return { namespace, version: null, url: null, ready: false, problem: this.#problem ?? this.#whatIsMissing() }
    const url = `http://127.0.0.1:${processes.serverPort}`
    const isComplete = components.every((component) => processes.running.includes(component))
    const ready = this.#problem === null && isComplete && (await answers(processes.serverPort))
    return { namespace, version: processes.version, url, ready, problem: this.#problem }
  }

  #whatIsMissing(): string | null {
    return this.#missing.length > 0 ? `not on this machine: ${this.#missing.join(', ')}` : null
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      let pause = LOOK_MS
      try {
        await this.#look()
        this.#problem = null
      } catch (error) {
        pause = PAUSE_MS
        this.#fail(error)
        await this.#halt()
      }
      const next = await Promise.race([clock.sleep(this.#missing.length > 0 ? PAUSE_MS : pause), this.#stopping])
      if (next === 'stop') break
    }
    await this.#halt()
  }

  async #look(): Promise<void> {
    const { api, name } = this.#cluster
    this.#installed = await findInstallation(api)
    if (!this.#installed) {
      if (this.#processes) this.#options.log(`cluster ${name}: Argo CD is gone`)
      await this.#halt()
      return
    }
    if (this.#processes?.failed) throw this.#processes.failed
    if (this.#installed.redisPassword === undefined) {
      await makeRedisPassword(api, this.#installed.namespace)
      this.#installed = await findInstallation(api)
    }
    this.#processes ??= await this.#prepare()
    if (this.#installed) await this.#processes?.follow(this.#installed)
  }

  async #prepare(): Promise<ArgoCdProcesses | undefined> {
    const { awsEnvironment, findPrograms, log, path } = this.#options
    const found = await findPrograms()
    this.#missing = 'missing' in found ? found.missing : []
    if ('missing' in found) return undefined
    log(`cluster ${this.#cluster.name}: Argo CD ${found.programs.argocd.version} starts`)
    const options: ArgoCdProcessesOptions = {
      cluster: this.#cluster,
      programs: found.programs,
      path,
      awsEnvironment: (namespace, serviceAccount) => awsEnvironment(this.#cluster, namespace, serviceAccount),
    }
    return ArgoCdProcesses.prepare(options)
  }

  #fail(error: unknown): void {
    this.#problem = messageOf(error)
    this.#options.log(`cluster ${this.#cluster.name}: Argo CD: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }

  async #halt(): Promise<void> {
    const processes = this.#processes
    this.#processes = undefined
    await processes?.stop()
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await requestJson(port, '/api/version', { timeoutMs: 1000 })).status === 200
  } catch {
    return false
  }
}
