import path from 'node:path'
import { writeFileAtomic } from '../../core/files.js'
import type { ServingCluster } from '../clusters/companion.js'
import type { KeptProcess } from '../clusters/kept-process.js'
import { serviceAccountKubeconfig } from '../clusters/kubeconfig.js'
import { freePort } from '../clusters/ports.js'
import { argumentsOf, environmentFor, redisArguments, type ArgoCdPorts } from './arguments.js'
import { components, type Component, type InstalledComponent, type Installation } from './installation.js'
import { clearPlace, placeOf, preparePlace, writeRedisConfiguration, writeTrust, type ArgoCdPlace } from './place.js'
import { searchPath, type ArgoCdPrograms } from './programs.js'
import { serverPortOf } from './argocd-record.js'

export interface ArgoCdProcessesOptions {
  cluster: ServingCluster
  programs: ArgoCdPrograms
  /** Search path of the caller, for further programs that Argo CD may call. */
  path: string | undefined
  /** What the AWS SDK of a program that is this service account is told. */
  awsEnvironment: (namespace: string, serviceAccount: string) => Record<string, string>
}

/** Of the tokens of service accounts: made anew at each start. */
const TOKEN_SECONDS = 365 * 24 * 3600

/** The running programs of Argo CD of one cluster. */
export class ArgoCdProcesses {
  readonly #options: ArgoCdProcessesOptions
  readonly #place: ArgoCdPlace
  readonly #ports: ArgoCdPorts
  readonly #running = new Map<Component, { process: KeptProcess; settings: string }>()
  #redis: { process: KeptProcess; password: string } | undefined
  #failed: Error | undefined

  private constructor(options: ArgoCdProcessesOptions, place: ArgoCdPlace, ports: ArgoCdPorts) {
    this.#options = options
    this.#place = place
    this.#ports = ports
  }

  static async prepare(options: ArgoCdProcessesOptions): Promise<ArgoCdProcesses> {
    const { folders } = options.cluster
    const place = placeOf(folders)
    await preparePlace(place, options.programs)
    return new ArgoCdProcesses(options, place, await choosePorts(await serverPortOf(folders)))
  }

  get serverPort(): number {
    return this.#ports.server
  }

  get version(): string {
    return this.#options.programs.argocd.version
  }

  /** Why one of them does not come back. */
  get failed(): Error | undefined {
    return this.#failed
  }

  /** Which of them run. */
  get running(): Component[] {
    return [...this.#running.keys()]
  }

  /** Makes what runs what is installed: whose settings have changed is started anew. */
  async follow({ components: wanted, namespace, redisPassword = '', ...trust }: Installation): Promise<void> {
    await writeTrust(this.#place, trust)
    await this.#followRedis(redisPassword)
    // The repo-server first: the others ask it at once.
    for (const component of components) {
      const installed = wanted[component]
      const settings = JSON.stringify([namespace, installed])
      const running = this.#running.get(component)
      if (running?.settings === settings) continue
      await this.#stopOne(component, 'SIGTERM')
      if (installed) this.#running.set(component, { settings, process: await this.#start(component, installed, namespace) })
    }
  }

  /** Stops everything, and removes what can be fetched again. */
  async stop(): Promise<void> {
    await Promise.all(components.map(async (component) => this.#stopOne(component, 'SIGKILL')))
    await this.#redis?.process.stop('SIGKILL')
    this.#redis = undefined
    await clearPlace(this.#place)
  }

  async #followRedis(password: string): Promise<void> {
    if (this.#redis?.password === password) return
    await this.#redis?.process.stop('SIGKILL')
    await writeRedisConfiguration(this.#place, password)
    const file = this.#options.programs['redis-server'].path
    const args = redisArguments(this.#ports.redis, this.#place.redisConfiguration)
    const process = this.#watched(await this.#options.cluster.startProcess({ role: 'argocd-redis', file, args }))
    this.#redis = { process, password }
  }

  async #start(component: Component, { environment, serviceAccount }: InstalledComponent, namespace: string): Promise<KeptProcess> {
    const role = `argocd-${component}`
    const { awsEnvironment, cluster, programs } = this.#options
    const env = environmentFor(
      environment,
      {
        path: searchPath(this.#place.programs, programs, this.#options.path),
        home: this.#place.root,
        temporary: this.#place.temporary,
        kubeconfig: await this.#kubeconfigOf(role, namespace, serviceAccount),
        certificates: this.#place.certificates,
        ssh: this.#place.ssh,
        askPass: this.#place.askPass,
      },
      awsEnvironment(namespace, serviceAccount),
    )
    const args = argumentsOf(component, this.#ports, namespace)
    return this.#watched(await cluster.startProcess({ role, file: path.join(this.#place.programs, role), args, env }))
  }

  /** It is who it would be in its pod, with the same rights. */
  async #kubeconfigOf(role: string, namespace: string, serviceAccount: string): Promise<string> {
    const { api, authority, endpoint } = this.#options.cluster
    const answer = await api.request(`/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS },
    })
    const { token } = answer['status'] as { token: string }
    const files = { token: path.join(this.#place.root, `${role}.token`), kubeconfig: path.join(this.#place.root, `${role}.kubeconfig`) }
    await writeFileAtomic(files.token, token, { mode: 0o600 })
    await writeFileAtomic(files.kubeconfig, serviceAccountKubeconfig(endpoint, authority, files.token, namespace), { mode: 0o600 })
    return files.kubeconfig
  }

  async #stopOne(component: Component, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = this.#running.get(component)
    this.#running.delete(component)
    await running?.process.stop(signal)
  }

  #watched(process: KeptProcess): KeptProcess {
    process.givenUp.catch((error: unknown) => (this.#failed = error instanceof Error ? error : new Error(String(error))))
    return process
  }
}

async function choosePorts(server: number): Promise<ArgoCdPorts> {
  const taken = new Set([server])
  const next = async (): Promise<number> => {
    const port = await freePort()
    if (taken.has(port)) return next()
    taken.add(port)
    return port
  }
  const metrics = {} as Record<Component, number>
  for (const component of components) metrics[component] = await next()
  return { server, metrics, redis: await next(), repoServer: await next(), probe: await next(), webhook: await next() }
}
