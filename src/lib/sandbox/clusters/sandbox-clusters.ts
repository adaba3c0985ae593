import { writeFileAtomic } from '../../core/files.js'
import type { SandboxFolders } from '../folders.js'
import type { ArgoCdRow, Companion } from './companion.js'
import type { ControlPlanes, ControlPlanesOptions, ControlPlaneView } from './control-planes.js'
import type { KubeApi } from './kube-api.js'
import type { KubernetesPrograms } from './programs.js'
import type { Reviews } from './webhook-server.js'

/** What mends tell of the EKS clusters of the emulator, and ask about them. */
export interface ClusterHooks {
  created(name: string): void
  deleted(name: string): void
  versionChanged(name: string): void
  nodeGroupsChanged(name: string): Promise<void>
  /** Undefined for a cluster that is a shape only. */
  view(name: string): ControlPlaneView | undefined
}

/** For a sandbox without Kubernetes. */
export const shapesOnly: ClusterHooks = {
  created: () => undefined,
  deleted: () => undefined,
  versionChanged: () => undefined,
  nodeGroupsChanged: async () => undefined,
  view: () => undefined,
}

export interface ClusterRow {
  name: string
  endpoint: string
  /** Whether its API server serves now. */
  ready: boolean
  /** Null where it is not installed, or the cluster does not run. */
  argoCd: ArgoCdRow | null
}

export interface SandboxClustersOptions extends Omit<ControlPlanesOptions, 'programs' | 'reviews' | 'companion'> {
  /** These are made when Kubernetes is switched on. */
  reviews: () => Promise<Reviews>
  companion: () => Promise<Companion>
}

/** Kubernetes in a sandbox: off until somebody asks for it, because its programs take minutes to build and memory to run. */
export class SandboxClusters implements ClusterHooks {
  readonly #options: SandboxClustersOptions
  #planes: ControlPlanes | undefined
  #companion: Companion | undefined
  #starting: Promise<void> | undefined

  constructor(options: SandboxClustersOptions) {
    this.#options = options
  }

  get isOn(): boolean {
    return this.#planes !== undefined
  }

  /** Switches it on for good: later starts of this sandbox remember it. Clusters that are there already get a control plane too. */
  async switchOn(programs: KubernetesPrograms): Promise<void> {
    this.#starting ??= this.#switchOn(programs)
    await this.#starting
  }

  async #switchOn(programs: KubernetesPrograms): Promise<void> {
    await rememberKubernetes(this.#options.folders)
    const module = await import('./control-planes.js')
    const [reviews, companion] = [await this.#options.reviews(), await this.#options.companion()]
    this.#companion = companion
    this.#planes = await module.ControlPlanes.start({ ...this.#options, programs, reviews, companion })
  }

  created = (name: string): void => this.#planes?.created(name)
  deleted = (name: string): void => this.#planes?.deleted(name)
  versionChanged = (name: string): void => this.#planes?.versionChanged(name)
  nodeGroupsChanged = async (name: string): Promise<void> => this.#planes?.nodeGroupsChanged(name)
  view = (name: string): ControlPlaneView | undefined => this.#planes?.view(name)

  /** The API server of a cluster that serves, called as its administrator. */
  api = (name: string): KubeApi | undefined => this.#planes?.api(name)

  async list(): Promise<ClusterRow[]> {
    const rows = (await this.#planes?.list()) ?? []
    return Promise.all(rows.map(async (row) => ({ ...row, argoCd: (await this.#companion?.argoCd(row.name)) ?? null })))
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await this.#planes?.stop(signal)
  }
}

async function rememberKubernetes(folders: Pick<SandboxFolders, 'kubernetesWanted'>): Promise<void> {
  await writeFileAtomic(
    folders.kubernetesWanted,
    'This sandbox runs Kubernetes: it was asked for once. Only platform sandbox reset ends it.\n',
  )
}
