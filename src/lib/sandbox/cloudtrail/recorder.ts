import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../core/ports.js'
import type { Call } from '../gateway/call.js'
import type { CallRecorder, CallTape } from '../gateway/call-recorder.js'
import { eventKindOf, type EventKind } from './event-kinds.js'
import type { Exchange } from './exchange.js'
import type { Identities } from './identities.js'
import type { Journal, Position } from './journal.js'
import { makeRecord } from './make-record.js'
import type { TrailRecord, UserIdentity } from './record.js'
import { Sample } from './sample.js'
import { sessionIn } from './sessions.js'

/** With this header a service of the sandbox says for whom it acts: a word that the recorder gave it. */
export const ON_BEHALF_HEADER = 'x-platform-sandbox-on-behalf'

/** Larger bodies are not looked at: AWS cuts such parameters too. */
const MAX_BODY = 100 * 1024
/** How long a record may wait for others before it is written. */
const GATHER_MS = 50

export interface RecorderOptions {
  accountId: string
  /** Region of calls that name none. */
  region: string
  journal: Journal
  identities: Identities
  clock: Clock
  /** Whether any trail wants the data events of a type. */
  wantsData: (resourceType: string) => boolean
  /** Trails were changed in these regions: `from` is before it. */
  onTrailsChanged: (from: Position, regions: ReadonlySet<string>) => void
  log: (line: string) => void
}

interface Noted {
  kind: EventKind
  exchange: Exchange
  accessKeyId: string | undefined
  onBehalf: UserIdentity | undefined
}

/** Writes one record for each call, after its answer was sent. */
export class Recorder implements CallRecorder {
  readonly #options: RecorderOptions
  readonly #behalf = new Map<string, UserIdentity>()
  #queue: Array<Noted | TrailRecord> = []
  #writing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  begin(call: Call, request: IncomingMessage): CallTape | undefined {
    const { clock, region, wantsData } = this.#options
    const kind = eventKindOf(call, region)
    if (!kind || (kind.resourceType !== undefined && !wantsData(kind.resourceType))) return undefined
    const isObject = kind.resourceType === 'AWS::S3::Object'
    const at = clock.now()
    const word = request.headers[ON_BEHALF_HEADER]
    const onBehalf = typeof word === 'string' ? this.#behalf.get(word) : undefined
    const [requestBody, answerBody] = [new Sample(MAX_BODY), new Sample(MAX_BODY)]
    let head: { status: number; rawHeaders: readonly string[] } | undefined
    let keepsAnswer = false
    return {
      wantsRequest: !isObject && Number(request.headers['content-length'] ?? 0) <= MAX_BODY,
      request: (chunk) => requestBody.add(chunk),
      answerHead: (status, rawHeaders) => {
        head = { status, rawHeaders }
        keepsAnswer = status >= 400 || (!isObject && (!kind.readOnly || call.service === 'sts' || call.service === 'eks-auth'))
      },
      answer: (chunk) => {
        if (keepsAnswer) answerBody.add(chunk)
      },
      end: () => {
        if (!head) return
        const exchange: Exchange = {
          call,
          at,
          sourceAddress: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
          headers: request.headers,
          requestBody: requestBody.whole,
          status: head.status,
          answerHeaders: head.rawHeaders,
          answerBody: answerBody.whole,
        }
        this.#push({
          kind,
          exchange,
          accessKeyId: accessKeyIn(request, call),
          onBehalf,
        })
      },
    }
  }

  /** From now on, calls with this word are those of `identity`. @returns ends it. */
  actFor(word: string, identity: UserIdentity): () => void {
    this.#behalf.set(word, identity)
    return () => void this.#behalf.delete(word)
  }

  /** Adds a record of a call that did not come through the gateway. */
  add(record: TrailRecord): void {
    this.#push(record)
  }

  /** Resolves when everything noted so far is on disk. */
  async settled(): Promise<void> {
    clearTimeout(this.#timer)
    this.#flush()
    await this.#writing
  }

  #push(noted: Noted | TrailRecord): void {
    this.#queue.push(noted)
    // After the answer, and several at once: each write costs as much as ten records.
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS)
  }

  #flush(): void {
    this.#timer = undefined
    this.#writing = this.#writing.then(async () => this.#write())
  }

  async #write(): Promise<void> {
    const { clock, journal, log, onTrailsChanged } = this.#options
    const batch = this.#queue
    this.#queue = []
    try {
      const records: TrailRecord[] = []
      for (const noted of batch) records.push('kind' in noted ? await this.#recordOf(noted) : noted)
      if (records.length === 0) return
      const from = await journal.add(records, clock.now())
      const isAboutTrails = ({ eventSource, readOnly }: TrailRecord): boolean => eventSource === 'cloudtrail.amazonaws.com' && !readOnly
      const regions = new Set(records.filter(isAboutTrails).map(({ awsRegion }) => awsRegion))
      if (regions.size > 0) onTrailsChanged(from, regions)
    } catch (error) {
      log(`cloudtrail: ${batch.length} records were lost: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }

  async #recordOf({ accessKeyId, exchange, kind, onBehalf }: Noted): Promise<TrailRecord> {
    const { accountId, identities } = this.#options
    const identity = onBehalf ?? (await identities.resolve(accessKeyId))
    const session = sessionIn(exchange, identity, accountId)
    if (session) await identities.remember(session.accessKeyId, session.identity, session.expiresAt)
    return makeRecord(exchange, kind, identity, accountId)
  }
}

function accessKeyIn({ headers }: IncomingMessage, { query }: Call): string | undefined {
  const credential = /\bCredential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? undefined
  return credential?.split('/')[0]
}
