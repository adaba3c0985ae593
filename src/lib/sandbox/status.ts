import { currentBuild, isOutdated } from './build.js'
import { clusterRecords, endpointOf } from './clusters/cluster-record.js'
import type { ClusterRow } from './clusters/sandbox-clusters.js'
import { servicesWith, type ServiceFidelity } from './fidelity.js'
import { sandboxFolders, type SandboxFolders } from './folders.js'
import { readRecord, type SandboxRecord } from './record.js'
import { askSupervisor, findRunning, type SandboxPorts } from './supervised.js'

export interface SandboxStatus {
  running: boolean
  /** Like the four below: null while it does not run. */
  endpoint: string | null
  accountId: string | null
  region: string | null
  since: string | null
  emulator: { name: 'fakecloud'; version: string } | null
  /** Another build of platform started it: the next command that needs it restarts it, with what is in it. */
  outdated: boolean
  /** Why it stopped by itself. */
  failure: string | null
  services: readonly ServiceFidelity[]
  /** Whether EKS clusters have a Kubernetes of their own. Without it they are shapes only. */
  kubernetes: boolean
  /** These, and whether the API server of each serves now. */
  clusters: readonly ClusterRow[]
}

/** Whether the repository's local AWS runs, where, and how true each service is. Starts nothing. */
export async function sandboxStatus(ports: Pick<SandboxPorts, 'processes'>, directory: string): Promise<SandboxStatus> {
  const folders = sandboxFolders(directory)
  const record = await findRunning(ports, folders)
  return {
    running: record !== undefined,
    endpoint: record?.endpoint ?? null,
    accountId: record?.accountId ?? null,
    region: record?.region ?? null,
    since: record?.since ?? null,
    emulator: record ? { name: 'fakecloud', version: record.emulatorVersion } : null,
    outdated: record !== undefined && (await isOutdated(record.build, await currentBuild())),
    failure: record ? null : ((await readRecord(folders.record))?.failure ?? null),
    services: servicesWith({ kubernetes: record?.kubernetes ?? false }),
    kubernetes: record?.kubernetes ?? false,
    clusters: record?.kubernetes === true ? await runningClusters(record) : await stoppedClusters(folders),
  }
}

async function runningClusters(record: SandboxRecord): Promise<ClusterRow[]> {
  const { body } = await askSupervisor(record, 'clusters')
  return (body as { clusters?: ClusterRow[] }).clusters ?? []
}

async function stoppedClusters(folders: SandboxFolders): Promise<ClusterRow[]> {
  return (await clusterRecords(folders)).map((cluster) => ({
    name: cluster.name,
    endpoint: endpointOf(cluster),
    ready: false,
    argoCd: null,
  }))
}
