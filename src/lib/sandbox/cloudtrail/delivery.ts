import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'
import { readDeliveryState, writeDeliveryState, type DeliveryState, type TrailState } from './delivery-state.js'
import type { Journal, Position } from './journal.js'
import { digestOf, logFileOf } from './log-files.js'
import type { TrailRecord } from './record.js'
import { mayWantData, selects } from './selectors.js'
import { withoutFraction } from './sessions.js'
import type { SigningKey } from './signing-key.js'
import type { TrailTargets } from './trail-targets.js'
import type { Trail } from './trails.js'

export interface DeliveryOptions {
  accountId: string
  /** Of the sandbox. */
  region: string
  stateFile: string
  journal: Pick<Journal, 'read' | 'end'>
  trails: (regions: Iterable<string>) => Promise<Trail[]>
  targets: TrailTargets
  signer: () => Promise<SigningKey>
  clock: Clock
  log: (line: string) => void
}

const DIGEST_MS = 3_600_000

/** Brings the records into the buckets and log groups of the trails that log. */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #mutex = new KeyedMutex()
  #state: DeliveryState | undefined
  #trails: Trail[] = []

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  wantsData = (type: string): boolean => this.#trails.some((trail) => trail.isLogging && mayWantData(trail, type))

  /** What is known of a trail's deliveries. */
  stateOf(arn: string): TrailState | undefined {
    return this.#state?.trails[arn]
  }

  /**
   * Reads the trails anew. One that logs now gets what comes after `from`; one that no longer does gets its last files.
   * @param region where something was changed.
   */
  async refresh(from: Position, region?: string): Promise<void> {
    await this.#mutex.run('', async () => {
      const state = await this.#load()
      if (region !== undefined && !state.regions.includes(region)) state.regions.push(region)
      this.#trails = await this.#options.trails(new Set([this.#options.region, ...state.regions]))
      for (const trail of this.#trails) {
        const known = (state.trails[trail.arn] ??= { chains: {} })
        if (trail.isLogging) this.#begin(known, from)
        else if (known.position) await this.#finish(trail, known)
      }
      const isThere = (arn: string): boolean => this.#trails.some((trail) => trail.arn === arn)
      state.trails = Object.fromEntries(Object.entries(state.trails).filter(([arn]) => isThere(arn)))
      await this.#save(state)
    })
  }

  /** Delivers what there is. @param digest also makes digest files that are not due yet. */
  async deliver({ digest = false } = {}): Promise<void> {
    await this.#mutex.run('', async () => {
      const logging = this.#trails.filter(({ isLogging }) => isLogging)
      // Nothing is written where nothing is wanted: the folder may just have been deleted.
      if (logging.length === 0) return
      const state = await this.#load()
      for (const trail of logging) {
        const known = state.trails[trail.arn]
        if (known) await this.#deliverTo(trail, known, digest)
      }
      await this.#save(state)
    })
  }

  #begin(known: TrailState, from: Position): void {
    if (known.position) return
    known.position = from
    known.startedAt = withoutFraction(this.#options.clock.now())
    // A chain goes on where it ended: the time between is nobody's.
    for (const chain of Object.values(known.chains)) chain.since = known.startedAt
  }

  async #finish(trail: Trail, known: TrailState): Promise<void> {
    await this.#deliverTo(trail, known, true)
    delete known.position
  }

  async #deliverTo(trail: Trail, known: TrailState, digest: boolean): Promise<void> {
    try {
      await this.#files(trail, known)
      if (trail.validates) await this.#digests(trail, known, digest)
      delete known.error
    } catch (error) {
      known.error = error instanceof Error ? error.name : 'InternalFailure'
      this.#options.log(`cloudtrail: ${trail.name} was not delivered: ${messageOf(error)}`)
    }
  }

  async #files(trail: Trail, known: TrailState): Promise<void> {
    const { accountId, clock, journal, targets } = this.#options
    while (known.position) {
      const { next, records } = await journal.read(known.position)
      if (next.day === known.position.day && next.offset === known.position.offset) return
      const wanted = records.filter((record) => selects(trail, record))
      const keys: string[] = []
      for (const [region, own] of byRegion(wanted)) {
        const { entry, object } = logFileOf(own, { ...trail, accountId, region }, clock.now())
        await targets.put(trail, object, trail.kmsKeyId)
        this.#chain(known, region).files.push(entry)
        keys.push(object.key)
      }
      if (wanted.length > 0) {
        await targets.log(trail, wanted)
        await targets.notify(trail, keys)
        known.deliveredAt = clock.now().toISOString()
      }
      known.position = next
      await this.#save(await this.#load())
    }
  }

  async #digests(trail: Trail, known: TrailState, all: boolean): Promise<void> {
    const { accountId, clock, signer, targets } = this.#options
    this.#chain(known, trail.homeRegion)
    for (const [region, chain] of Object.entries(known.chains)) {
      if (!all && clock.now().getTime() - Date.parse(chain.since) < DIGEST_MS) continue
      const place = { ...trail, accountId, region, trail: trail.name }
      const { next, object } = digestOf(chain, place, await signer(), clock.now())
      // CloudTrail encrypts digest files with the keys of S3, whatever the trail says.
      await targets.put(trail, object, undefined)
      known.chains[region] = next
      known.digestedAt = clock.now().toISOString()
    }
  }

  #chain(known: TrailState, region: string): TrailState['chains'][string] {
    return (known.chains[region] ??= { since: known.startedAt ?? withoutFraction(this.#options.clock.now()), files: [] })
  }

  async #load(): Promise<DeliveryState> {
    this.#state ??= await readDeliveryState(this.#options.stateFile)
    return this.#state
  }

  async #save(state: DeliveryState): Promise<void> {
    await writeDeliveryState(this.#options.stateFile, state)
  }
}

function byRegion(records: readonly TrailRecord[]): Map<string, TrailRecord[]> {
  const regions = new Map<string, TrailRecord[]>()
  for (const record of records) {
    const own = regions.get(record.awsRegion)
    if (own) own.push(record)
    else regions.set(record.awsRegion, [record])
  }
  return regions
}
