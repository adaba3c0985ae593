import { rm } from 'node:fs/promises'
import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import type { SandboxFolders } from '../folders.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'
import { clusterFolders } from './cluster-folders.js'
import { endpointOf, keptClusters, readClusterRecord, writeClusterRecord, type ClusterRecord } from './cluster-record.js'
import type { Companion } from './companion.js'
import { ControlPlane } from './control-plane.js'
import type { EksCluster, EksView } from './eks-view.js'
import type { KubeApi } from './kube-api.js'
import { nodesOf } from './node-shape.js'
import { readAuthority } from './pki.js'
import { freePort, isFree } from './ports.js'
import { ProcessLedger } from './process-ledger.js'
import type { KubernetesPrograms } from './programs.js'
import { reconcileNodes } from './reconcile-nodes.js'
import { SharedEtcd } from './shared-etcd.js'
import { processStarter } from './start-process.js'
import { WebhookServer, type Reviews } from './webhook-server.js'

export interface ControlPlanesOptions {
  folders: SandboxFolders
  programs: KubernetesPrograms
  eks: EksView
  reviews: Reviews
  companion: Companion
  clock: Clock
  log: (line: string) => void
  /** Called when the programs of a cluster have ended for good, before its files go. */
  onRemoving?: (name: string) => Promise<void>
}

/** What DescribeCluster says of a cluster that runs here. */
export type ControlPlaneView =
  { state: 'creating' } | { state: 'active'; endpoint: string; authority: string } | { state: 'failed'; reason: string }

/** The Kubernetes clusters of a sandbox: one control plane for each EKS cluster of the emulator. */
export class ControlPlanes {
  readonly #options: ControlPlanesOptions
  readonly #webhooks: WebhookServer
  readonly #ledger: ProcessLedger
  readonly #mutex = new KeyedMutex()
  readonly #views = new Map<string, ControlPlaneView>()
  readonly #running = new Map<string, ControlPlane>()
  readonly #etcd: SharedEtcd
  #stopping = false

  private constructor(options: ControlPlanesOptions, webhooks: WebhookServer) {
    this.#options = options
    this.#webhooks = webhooks
    this.#ledger = new ProcessLedger(options.folders.clusterProcesses)
    this.#etcd = new SharedEtcd({ ...options, program: options.programs.etcd.path, ledger: this.#ledger })
  }

  /**
   * Makes what runs here what the emulator has: starts a control plane for each of its clusters, and removes what a supervisor that was
   * killed left of others. Does not wait until they serve.
   */
  static async start(options: ControlPlanesOptions): Promise<ControlPlanes> {
    const planes = new ControlPlanes(options, await WebhookServer.start(options.reviews, options.log))
    const names = await options.eks.clusters()
    for (const name of names) {
      planes.created(name)
      await planes.#recall(name)
    }
    for (const name of await keptClusters(options.folders)) if (!names.includes(name)) planes.deleted(name)
    return planes
  }

  /** Starts the control plane of a cluster that the emulator has made. */
  created(name: string): void {
    this.#views.set(name, { state: 'creating' })
    void this.#inTurn(name, 'start', async () => this.#start(name))
  }

  /** Stops the control plane of a cluster that the emulator has deleted, and removes everything of it. */
  deleted(name: string): void {
    this.#views.delete(name)
    void this.#inTurn(name, 'remove', async () => this.#remove(name))
  }

  /** Starts the control plane of a cluster anew, as the version that the emulator says now. */
  versionChanged(name: string): void {
    void this.#inTurn(name, 'restart', async () => {
      if (!this.#running.has(name)) return
      await this.#stopOne(name, 'SIGTERM')
      await this.#start(name)
    })
  }

  /** Makes the nodes of a cluster those of its node groups. A cluster that is not there yet does so by itself when it is. */
  async nodeGroupsChanged(name: string): Promise<void> {
    await this.#inTurn(name, 'nodes', async () => this.#reconcileNodes(name))
  }

  /** Undefined for a cluster that does not run here. */
  view(name: string): ControlPlaneView | undefined {
    return this.#views.get(name)
  }

  api(name: string): KubeApi | undefined {
    return this.#running.get(name)?.api
  }

  /** Every cluster, and whether its API server serves now. */
  async list(): Promise<Array<{ name: string; endpoint: string; ready: boolean }>> {
    const names = [...this.#views.keys()].sort()
    const rows = names.map(async (name) => {
      const record = await readClusterRecord(clusterFolders(this.#options.folders, name).record)
      const ready = (await this.#running.get(name)?.api.isReady()) ?? false
      return { name, endpoint: record ? endpointOf(record) : '', ready }
    })
    return Promise.all(rows)
  }

  /** Stops everything. What is in the clusters stays. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#stopping = true
    const names = [...new Set([...this.#views.keys(), ...this.#running.keys()])]
    await Promise.all(names.map(async (name) => this.#mutex.run(name, async () => this.#stopOne(name, signal))))
    await this.#options.companion.stop()
    await this.#etcd.stop(signal)
    await this.#webhooks.stop()
  }

  async #inTurn(name: string, what: string, work: () => Promise<void>): Promise<void> {
    const { log } = this.#options
    await this.#mutex.run(name, async () => {
      if (this.#stopping) return
      const begun = performance.now()
      try {
        await work()
        log(`cluster ${name}: ${what} ${Math.round(performance.now() - begun)}ms`)
      } catch (error) {
        log(`cluster ${name}: ${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        if (what !== 'nodes' && what !== 'remove') this.#views.set(name, { state: 'failed', reason: messageOf(error) })
      }
    })
  }

  /** A cluster that ran before is what it was, also while its API server comes back. */
  async #recall(name: string): Promise<void> {
    const place = clusterFolders(this.#options.folders, name)
    const [record, authority] = await Promise.all([readClusterRecord(place.record), readAuthority(place.pki)])
    if (record && authority !== undefined) this.#views.set(name, { state: 'active', endpoint: endpointOf(record), authority })
  }

  async #start(name: string): Promise<void> {
    const { clock, folders, programs } = this.#options
    const cluster = await this.#options.eks.cluster(name)
    if (!cluster || this.#running.has(name)) return
    const place = clusterFolders(folders, name)
    const record = await this.#recordOf(cluster)
    const etcd = await this.#etcd.get()
    const webhooks = { tokenUrl: this.#webhooks.tokenUrl(name), accessUrl: this.#webhooks.accessUrl(name) }
    const startProcess = processStarter({ owner: name, folder: place.config, logs: place.logs, ledger: this.#ledger, clock })
    const plane = await ControlPlane.start({ cluster, record, folders: place, programs, etcd, webhooks, startProcess, clock })
    this.#running.set(name, plane)
    plane.givenUp.catch((error: unknown) => this.#views.set(name, { state: 'failed', reason: messageOf(error) }))
    // Deleted meanwhile: what comes next in turn removes it.
    if (this.#views.has(name)) this.#views.set(name, { state: 'active', endpoint: endpointOf(record), authority: plane.authority })
    await this.#reconcileNodes(name)
    const { api, authority } = plane
    const { region } = record
    this.#options.companion.serves({ name, region, endpoint: endpointOf(record), authority, api, folders: place, startProcess })
  }

  async #remove(name: string): Promise<void> {
    const place = clusterFolders(this.#options.folders, name)
    await this.#stopOne(name, 'SIGKILL')
    await this.#options.onRemoving?.(name)
    await (await this.#etcd.get()).forget(name)
    await rm(place.logs, { recursive: true, force: true })
    // Last: it is the reminder to do this after a crash.
    await rm(place.root, { recursive: true, force: true })
    await this.#etcd.letGo(async () => this.#views.size === 0 && (await keptClusters(this.#options.folders)).length === 0)
  }

  async #stopOne(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const plane = this.#running.get(name)
    this.#running.delete(name)
    await this.#options.companion.ends(name)
    await plane?.stop(signal)
  }

  async #reconcileNodes(name: string): Promise<void> {
    const plane = this.#running.get(name)
    const cluster = await this.#options.eks.cluster(name)
    if (!plane || !cluster) return
    const groups = await this.#options.eks.nodeGroups(name)
    const { version } = this.#options.programs['kube-apiserver']
    await reconcileNodes(plane.api, nodesOf({ cluster: name, region: cluster.region, programs: version }, groups))
  }

  /** With a port that is the same for as long as nobody else has taken it meanwhile. */
  async #recordOf({ name, region }: EksCluster): Promise<ClusterRecord> {
    const { record: file } = clusterFolders(this.#options.folders, name)
    const known = await readClusterRecord(file)
    if (known && (await isFree(known.port))) return known
    const record: ClusterRecord = { schemaVersion: 1, name, region, port: await freePort() }
    await writeClusterRecord(file, record)
    return record
  }
}
