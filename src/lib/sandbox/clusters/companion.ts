import type { ClusterFolders } from './cluster-folders.js'
import type { KubeApi } from './kube-api.js'
import type { StartProcess } from './start-process.js'

/** A cluster whose API server serves. */
export interface ServingCluster {
  name: string
  region: string
  /** Address of its API server, and PEM of who signed its certificate. */
  endpoint: string
  authority: string
  api: KubeApi
  folders: ClusterFolders
  startProcess: StartProcess
}

/** Argo CD of a cluster, as `sandbox status` shows it. */
export interface ArgoCdRow {
  namespace: string
  /** Of the programs that run. */
  version: string | null
  /** Of its server. */
  url: string | null
  /** Whether all its programs run and its server answers. */
  ready: boolean
  /** Why it does not run. */
  problem: string | null
}

/** What runs beside control planes: it hears when one serves, and before it stops. */
export interface Companion {
  serves(cluster: ServingCluster): void
  /** Resolves when nothing of it uses the cluster any more. */
  ends(cluster: string): Promise<void>
  /** Null where the cluster has no Argo CD. */
  argoCd(cluster: string): Promise<ArgoCdRow | null>
  stop(): Promise<void>
}
