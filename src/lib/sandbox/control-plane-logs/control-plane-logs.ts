import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import { clusterFolders } from '../clusters/cluster-folders.js'
import { keptClusters } from '../clusters/cluster-record.js'
import type { EksView } from '../clusters/eks-view.js'
import type { Reviews } from '../clusters/webhook-server.js'
import type { TokenReview } from '../eks-access/reviews.js'
import type { SandboxFolders } from '../folders.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'
import { RotatingLog } from '../rotating-log.js'
import { authenticatorLines } from './authenticator-log.js'
import type { LogStore } from './log-store.js'
import { LOGS } from './log-types.js'
import { shipLogs } from './ship-logs.js'

export interface ControlPlaneLogsOptions {
  folders: Pick<SandboxFolders, 'clusters' | 'logs'>
  eks: Pick<EksView, 'cluster'>
  store: LogStore
  clock: Clock
  log: (line: string) => void
}

/** How long a line waits at most. AWS takes some minutes. */
const SHIP_MS = 3000

/** The logs of the control planes of a sandbox, on their way to CloudWatch Logs. */
export class ControlPlaneLogs {
  readonly #options: ControlPlaneLogsOptions
  readonly #mutex = new KeyedMutex()
  readonly #authenticators = new Map<string, RotatingLog>()
  readonly #stop = new AbortController()

  constructor(options: ControlPlaneLogsOptions) {
    this.#options = options
  }

  start(): void {
    void this.#shipNowAndThen()
  }

  /** The same reviews, which the authenticator's log hears of. */
  withAuthenticatorLog(reviews: Reviews): Reviews {
    return {
      access: async (cluster, review) => reviews.access(cluster, review),
      token: async (cluster, review) => {
        const answer = await reviews.token(cluster, review)
        await this.#note(cluster, answer as unknown as TokenReview)
        return answer
      },
    }
  }

  /** Brings everything that was written until now to where it belongs. */
  async ship(): Promise<void> {
    for (const name of await keptClusters(this.#options.folders)) await this.#shipOne(name)
  }

  /** The last lines of a cluster that goes. */
  async removing(name: string): Promise<void> {
    await this.#shipOne(name)
    this.#authenticators.get(name)?.close()
    this.#authenticators.delete(name)
  }

  /** Delivers what is there and ends. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.ship()
    for (const log of this.#authenticators.values()) log.close()
  }

  async #shipNowAndThen(): Promise<void> {
    const { clock } = this.#options
    const isOver = async (): Promise<boolean> =>
      clock.sleep(SHIP_MS, this.#stop.signal).then(
        () => false,
        () => true,
      )
    while (!(await isOver())) await this.ship()
  }

  async #shipOne(cluster: string): Promise<void> {
    const { clock, eks, folders, log, store } = this.#options
    const place = clusterFolders(folders, cluster)
    await this.#mutex.run(cluster, async () => {
      try {
        const known = await eks.cluster(cluster)
        const stateFile = path.join(place.root, 'control-plane-logs.json')
        const enabled = known?.logTypes
        await shipLogs({ cluster, region: known?.region ?? '', enabled, folder: place.logs, stateFile }, store, () => clock.now())
      } catch (error) {
        log(`cluster ${cluster}: its logs were not delivered: ${messageOf(error)}`)
      }
    })
  }

  async #note(cluster: string, review: TokenReview): Promise<void> {
    const { clock, folders } = this.#options
    const { logs } = clusterFolders(folders, cluster)
    let log = this.#authenticators.get(cluster)
    if (!log) {
      await mkdir(logs, { recursive: true })
      log = this.#authenticators.get(cluster) ?? new RotatingLog(path.join(logs, LOGS.authenticator.file))
      this.#authenticators.set(cluster, log)
    }
    for (const line of authenticatorLines(review, '127.0.0.1', clock.now())) log.write(`${line}\n`)
  }
}
