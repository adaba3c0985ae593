import path from 'node:path'
import type { SandboxFolders } from '../folders.js'

export interface ClusterFolders {
  /** Everything of the cluster but its logs. */
  root: string
  record: string
  pki: string
  /** Files that its processes read. Written anew at each start. */
  config: string
  logs: string
}

/** Where the sandbox keeps one cluster. A name of EKS holds no character that means something in a path. */
export function clusterFolders(folders: Pick<SandboxFolders, 'clusters' | 'logs'>, name: string): ClusterFolders {
  if (!isClusterName(name)) throw new Error(`${JSON.stringify(name)} is no name of a cluster.`)
  const root = path.join(folders.clusters, name)
  return {
    root,
    record: path.join(root, 'cluster.json'),
    pki: path.join(root, 'pki'),
    config: path.join(root, 'config'),
    logs: path.join(folders.logs, 'clusters', name),
  }
}

/** Where what all clusters share is kept: names of clusters do not begin with an underscore. */
export function sharedFolder(folders: Pick<SandboxFolders, 'clusters'>, part: 'etcd' | 'etcd-pki'): string {
  return path.join(folders.clusters, `_${part}`)
}

/** The rule of EKS (CreateCluster, "name"). */
export function isClusterName(name: string): boolean {
  return /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)
}
