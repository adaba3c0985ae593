import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import type { Companion, ServingCluster } from '../clusters/companion.js'
import { playAddresses } from './addresses.js'
import { playOperators } from './operators.js'
import type { Player } from './player.js'
import { playVolumes } from './volumes.js'

const ALL: Readonly<Record<string, Player>> = { addresses: playAddresses, operators: playOperators, volumes: playVolumes }

/** How often it is looked what there is to do. */
const LOOK_MS = 2000

/**
 * Plays the controllers of all clusters that have no process here. KWOK's stages could not: each must name a kind that exists when KWOK
 * starts (v0.8.0, `initStageController`), and those of operators come with the operators.
 */
export class Players implements Pick<Companion, 'serves' | 'ends' | 'stop'> {
  readonly #clock: Clock
  readonly #log: (line: string) => void
  readonly #players: Readonly<Record<string, Player>>
  readonly #loops = new Map<string, { stop: () => void; ended: Promise<void> }>()

  constructor(clock: Clock, log: (line: string) => void, players = ALL) {
    this.#clock = clock
    this.#log = log
    this.#players = players
  }

  serves(cluster: ServingCluster): void {
    let stop!: () => void
    const stopping = new Promise<'stop'>((resolve) => (stop = () => resolve('stop')))
    this.#loops.set(cluster.name, { stop, ended: this.#run(cluster, stopping) })
  }

  async ends(name: string): Promise<void> {
    const loop = this.#loops.get(name)
    this.#loops.delete(name)
    loop?.stop()
    await loop?.ended
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#loops.keys()].map(async (name) => this.ends(name)))
  }

  async #run(cluster: ServingCluster, stopping: Promise<'stop'>): Promise<void> {
    const told = new Map<string, string>()
    const stage = { api: cluster.api, region: cluster.region, now: () => this.#clock.now() }
    do {
      for (const [name, play] of Object.entries(this.#players)) {
        try {
          await play(stage)
          told.delete(name)
        } catch (error) {
          // The API server may be on its way back: once is enough to say so.
          if (told.get(name) !== messageOf(error)) this.#log(`cluster ${cluster.name}: ${name}: ${messageOf(error)}`)
          told.set(name, messageOf(error))
        }
      }
    } while ((await Promise.race([this.#clock.sleep(LOOK_MS), stopping])) !== 'stop')
  }
}
