import path from 'node:path'

export interface SandboxFolders {
  /** The repository. */
  repository: string
  /** Everything of the sandbox. */
  root: string
  /** What the emulator keeps. */
  data: string
  logs: string
  record: string
  /** The gateway's port outlives the record, so that saved endpoints stay true. */
  port: string
  startLock: string
  /** Changes a mend has begun and must finish after a crash. */
  mends: string
  /** What the services of our own keep. */
  services: string
  /** What CloudTrail recorded. */
  cloudtrail: string
  /** Git repositories, served under /git. */
  git: string
  /** Packed Helm charts, served under /charts. */
  charts: string
  /** Kubernetes clusters, and the etcd that they share. */
  clusters: string
  /** The processes of these. */
  clusterProcesses: string
  /** There when this sandbox is to run Kubernetes. */
  kubernetesWanted: string
}

/** Where the sandbox of a repository keeps its things: `.platform/sandbox/`, which Git ignores. */
export function sandboxFolders(directory: string): SandboxFolders {
  const repository = path.resolve(directory)
  const root = path.join(repository, '.platform', 'sandbox')
  return {
    repository,
    root,
    data: path.join(root, 'data'),
    logs: path.join(root, 'logs'),
    record: path.join(root, 'supervisor.json'),
    port: path.join(root, 'port'),
    startLock: path.join(root, 'start.lock'),
    mends: path.join(root, 'mends'),
    services: path.join(root, 'services'),
    cloudtrail: path.join(root, 'cloudtrail'),
    git: path.join(root, 'git'),
    charts: path.join(root, 'charts'),
    clusters: path.join(root, 'clusters'),
    clusterProcesses: path.join(root, 'clusters.json'),
    kubernetesWanted: path.join(root, 'kubernetes'),
  }
}
