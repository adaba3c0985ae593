import path from 'node:path'
import type { AwsClients } from '../../aws/clients.js'
import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import type { Mend } from '../mends/mend.js'
import { cloudTrailMend } from './cloudtrail-mend.js'
import { Delivery } from './delivery.js'
import { Identities, type IamUser } from './identities.js'
import { Journal } from './journal.js'
import { lookupEvents } from './lookup.js'
import { Recorder } from './recorder.js'
import { serviceSession, type ServiceSession } from './service-session.js'
import { signingKey, type SigningKey } from './signing-key.js'
import { emulatedTargets } from './trail-targets.js'
import { trailsIn } from './trails.js'

export interface CloudTrailOptions {
  accountId: string
  region: string
  /** Folder of the records. */
  folder: string
  clientsFor: (region: string) => Promise<AwsClients>
  clock: Clock
  log: (line: string) => void
}

/** How long a record waits for its delivery at most. AWS takes about five minutes. */
const DELIVERY_MS = 60_000

/** The CloudTrail of a sandbox: records, deliveries, and the calls that ask for them. */
export class CloudTrail {
  readonly recorder: Recorder
  readonly identities: Identities
  readonly mend: Mend
  readonly #options: CloudTrailOptions
  readonly #journal: Journal
  readonly #delivery: Delivery
  readonly #stop = new AbortController()

  private constructor(options: CloudTrailOptions, identities: Identities) {
    const { accountId, clientsFor, clock, folder, log, region } = options
    this.#options = options
    this.identities = identities
    this.#journal = new Journal(path.join(folder, 'events'))
    const signer = async (): Promise<SigningKey> => signingKey(path.join(folder, 'signing-key.json'), clock.now())
    this.#delivery = new Delivery({
      accountId,
      region,
      stateFile: path.join(folder, 'deliveries.json'),
      journal: this.#journal,
      trails: async (regions) => trailsIn(regions, clientsFor),
      targets: emulatedTargets(accountId, clientsFor),
      signer,
      clock,
      log,
    })
    this.recorder = new Recorder({
      accountId,
      region,
      journal: this.#journal,
      identities,
      clock,
      log,
      wantsData: this.#delivery.wantsData,
      onTrailsChanged: (from, changed) => {
        for (const each of changed) this.#refreshed = this.#refreshed.then(async () => this.#refresh(from, each))
      },
    })
    this.mend = cloudTrailMend({
      lookup: async (input, asked) => {
        await this.recorder.settled()
        return lookupEvents(input, this.#journal.backwards(), asked, clock.now())
      },
      signer,
      stateOf: (arn) => this.#delivery.stateOf(arn),
    })
  }

  #refreshed: Promise<void> = Promise.resolve()

  static async open(options: CloudTrailOptions): Promise<CloudTrail> {
    const userOf = async (accessKeyId: string): Promise<IamUser | undefined> => userOfKey(accessKeyId, options)
    const file = path.join(options.folder, 'sessions.jsonl')
    return new CloudTrail(options, await Identities.open({ accountId: options.accountId, file, userOf }, options.clock.now()))
  }

  /** A service of AWS has assumed a role here, without a call through the gateway. */
  async assumed(session: ServiceSession): Promise<void> {
    const { identity, record } = serviceSession(session, this.#options.clock.now())
    this.recorder.add(record)
    await this.identities.remember(session.accessKeyId, identity, session.expiresAt.toISOString())
  }

  /** Begins to deliver. The emulator must answer. */
  async start(): Promise<void> {
    await this.#refresh(await this.#journal.end(this.#options.clock.now()))
    void this.#deliverNowAndThen()
  }

  /** Delivers everything that was recorded until now. @param digest also a digest file for each region, whenever the last one was. */
  async deliver({ digest = false } = {}): Promise<void> {
    await this.recorder.settled()
    await this.#refreshed
    await this.#delivery.deliver({ digest })
  }

  /** Delivers what is there and ends. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.deliver()
  }

  async #deliverNowAndThen(): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#stop
    const isOver = async (): Promise<boolean> =>
      clock.sleep(DELIVERY_MS, signal).then(
        () => false,
        () => true,
      )
    while (!(await isOver())) await this.deliver().catch((error: unknown) => log(`cloudtrail: ${messageOf(error)}`))
  }

  async #refresh(from: { day: string; offset: number }, region?: string): Promise<void> {
    await this.#delivery
      .refresh(from, region)
      .catch((error: unknown) => this.#options.log(`cloudtrail: trails were not read: ${messageOf(error)}`))
  }
}

async function userOfKey(AccessKeyId: string, { clientsFor, region }: CloudTrailOptions): Promise<IamUser | undefined> {
  const { GetAccessKeyLastUsedCommand, GetUserCommand } = await import('@aws-sdk/client-iam')
  const iam = await (await clientsFor(region)).iam()
  const { UserName } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
  if (UserName === undefined) return undefined
  const { User } = await iam.send(new GetUserCommand({ UserName }))
  return { userName: UserName, userId: User?.UserId ?? '', arn: User?.Arn ?? '' }
}
