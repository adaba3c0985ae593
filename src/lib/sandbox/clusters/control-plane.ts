import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../core/ports.js'
import { writeControlPlaneFiles } from './api-server-files.js'
import type { ClusterFolders } from './cluster-folders.js'
import { endpointOf, type ClusterRecord } from './cluster-record.js'
import type { EksCluster } from './eks-view.js'
import { emulatedVersion } from './emulated-version.js'
import type { Etcd } from './etcd.js'
import type { KeptProcess } from './kept-process.js'
import { KubeApi } from './kube-api.js'
import { ensureClusterPki, type ClientName, type ClusterPki } from './pki.js'
import {
  apiServerArguments,
  controllerManagerArguments,
  kubeconfigFile,
  kwokArguments,
  schedulerArguments,
  type ControlPlaneSettings,
} from './process-arguments.js'
import { KubeletServer } from '../kubelet/kubelet-server.js'
import type { KubernetesPrograms } from './programs.js'
import type { StartProcess } from './start-process.js'
import { waitUntil } from './wait.js'

export interface ControlPlaneOptions {
  cluster: EksCluster
  record: ClusterRecord
  folders: ClusterFolders
  programs: KubernetesPrograms
  etcd: Etcd
  webhooks: { tokenUrl: string; accessUrl: string }
  startProcess: StartProcess
  clock: Clock
}

const START_TIMEOUT_MS = 120_000

/** The running programs of one cluster. */
export class ControlPlane {
  readonly #processes: readonly KeptProcess[]
  readonly #kubelet: KubeletServer
  readonly api: KubeApi
  /** PEM of who signed the certificate of its API server. */
  readonly authority: string
  /** Rejects when one of its programs does not come back. */
  readonly givenUp: Promise<never>

  private constructor(processes: readonly KeptProcess[], kubelet: KubeletServer, api: KubeApi, authority: string) {
    this.#processes = processes
    this.#kubelet = kubelet
    this.api = api
    this.authority = authority
    this.givenUp = Promise.race(processes.map(async (process) => process.givenUp))
    this.givenUp.catch(() => undefined)
  }

  /** Starts everything. Resolves when the API server serves. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { clock, folders, programs, record, startProcess } = options
    const pki = await ensureClusterPki(folders.pki, record.name)
    await mkdir(folders.config, { recursive: true, mode: 0o700 })
    await mkdir(folders.logs, { recursive: true })
    const kubelet = await KubeletServer.start(pki)
    await writeControlPlaneFiles({
      folder: folders.config,
      endpoint: endpointOf(record),
      pki,
      webhooks: options.webhooks,
      egressPort: kubelet.port,
    })
    const settings = settingsOf(options, pki)
    const started: KeptProcess[] = []
    const start = async (role: 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok', args: string[]): Promise<void> => {
      started.push(await startProcess({ role, file: programs[role].path, args }))
    }
    const api = await KubeApi.open(record.port, pki)
    try {
      await start('kube-apiserver', apiServerArguments(settings))
      const givenUp = Promise.race(started.map(async (process) => process.givenUp))
      givenUp.catch(() => undefined)
      await waitUntil(clock, START_TIMEOUT_MS, `the API server of ${record.name} answers`, async () => api.isReady(), givenUp)
      // Only now: before, they would compete with it for the processor, and find nobody to talk to.
      const as = (client: ClientName): string => kubeconfigFile(folders.config, client)
      await start('kube-controller-manager', controllerManagerArguments(settings, as('controller-manager')))
      await start('kube-scheduler', schedulerArguments(settings, as('scheduler')))
      await start('kwok', kwokArguments(as('kwok'), path.join(folders.config, 'kwok-stages.json')))
    } catch (error) {
      api.close()
      await stopAll(started, 'SIGKILL')
      await kubelet.stop()
      throw error
    }
    return new ControlPlane(started, kubelet, api, pki.authority)
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.api.close()
    await stopAll(this.#processes, signal)
    await this.#kubelet.stop()
  }
}

/** Clients of the API server first: they would complain, and try again, while it goes. */
async function stopAll(processes: readonly KeptProcess[], signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const [apiServer, ...clients] = processes
  await Promise.all(clients.map(async (process) => process.stop('SIGKILL')))
  await apiServer?.stop(signal)
}

function settingsOf({ cluster, etcd, folders, programs, record }: ControlPlaneOptions, pki: ClusterPki): ControlPlaneSettings {
  const emulated = emulatedVersion(cluster.version, programs['kube-apiserver'].version)
  return {
    name: record.name,
    port: record.port,
    etcd,
    pki,
    config: folders.config,
    logs: folders.logs,
    serviceCidr: cluster.serviceCidr,
    issuer: cluster.issuer,
    ...(emulated !== undefined && { emulatedVersion: emulated }),
  }
}
