import { currentBuild, isOutdated } from './build.js'
import { services, type ServiceFidelity } from './fidelity.js'
import { sandboxFolders } from './folders.js'
import { readRecord } from './record.js'
import { findRunning, type SandboxPorts } from './supervised.js'

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
  /** Kubernetes clusters that really run. This version runs none. */
  clusters: ReadonlyArray<{ name: string; endpoint: string; ready: boolean }>
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
    services,
    clusters: [],
  }
}
