import { UserError } from '../../core/errors.js'
import { explainAwsError } from '../explain-error.js'
import { waitUntil, type WaitPorts } from '../waiting.js'
import { accountFinders } from './account.js'
import { cacheFinders } from './cache.js'
import { databaseFinders } from './databases.js'
import { dnsFinders } from './dns.js'
import { ec2Finders } from './ec2.js'
import { edgeFinders } from './edge.js'
import { eksFinders } from './eks.js'
import { createFinding, type Candidate, type EnvironmentScope, type Finder, type PlannedResource, type RecoveryClients } from './finding.js'
import { iamFinders } from './iam.js'
import { kmsFinders } from './kms.js'
import { logAndBucketFinders } from './logs-and-buckets.js'
import { observabilityFinders } from './observability.js'
import { queueFinders } from './queues.js'
import { peeringFinders } from './peering.js'
import { registryFinders } from './registry.js'
import { topicFinders } from './topics.js'
import { trailFinders } from './trail.js'
import { wafFinders } from './waf.js'

/** A resource that exists although Terraform's state does not know it. */
export interface Existing {
  /** What `import` wants to hear. */
  importId: string
  note?: string
  /** It exists but is of no use, and in the way: it has to be replaced (`terraform plan -replace=ADDRESS`). */
  failed?: true
}

/** An EKS cluster takes up to 20 minutes, a node group that fails up to 35. */
const PATIENCE = { everyMs: 10_000, forMs: 45 * 60_000 }

const FINDERS: Readonly<Record<string, Finder>> = {
  ...ec2Finders,
  ...iamFinders,
  ...kmsFinders,
  ...eksFinders,
  ...logAndBucketFinders,
  ...accountFinders,
  ...dnsFinders,
  ...registryFinders,
  ...trailFinders,
  ...edgeFinders,
  ...wafFinders,
  ...databaseFinders,
  ...cacheFinders,
  ...peeringFinders,
  ...observabilityFinders,
  ...queueFinders,
  ...topicFinders,
}

/** Whether resources of this type can be looked for at all. */
export function canBeFound(type: string): boolean {
  return Object.hasOwn(FINDERS, type)
}

/**
 * Finds what exists in AWS but is not in Terraform's state, after a run was killed before it could save.
 * Listings are made once in its life, so that many look-ups cost few calls: use one for each round.
 */
export class ExistingResources {
  readonly #ports: WaitPorts
  readonly #finding: ReturnType<typeof createFinding>
  readonly #onProgress: (detail: string) => void
  #failure: Error | undefined

  constructor(ports: WaitPorts, clients: RecoveryClients, scope: EnvironmentScope, onProgress: (detail: string) => void = () => undefined) {
    this.#ports = ports
    this.#onProgress = onProgress
    this.#finding = createFinding(clients, scope)
  }

  /**
   * The existing twin of a planned resource. Waits while it is being made or deleted.
   * @returns undefined when there is none, when it cannot be told before other resources are known, or when the type is not known.
   * @throws `DuplicateResource` when more than one answers to it; `TimedOut`, `NoCredentials`, `AwsRefused`, and the signal's reason.
   */
  async find(planned: PlannedResource): Promise<Existing | undefined> {
    const finder = FINDERS[planned.type]
    if (!finder) return undefined
    try {
      const candidates = await waitUntil(this.#ports, `${planned.address} to be ready`, PATIENCE, () => this.#look(finder, planned))
      return choose(planned, candidates)
    } catch (error) {
      const explained = explainAwsError(error, `look for ${planned.address} in the account`)
      this.#failure ??= explained
      throw explained
    }
  }

  async #look(finder: Finder, planned: PlannedResource): Promise<Candidate[] | undefined> {
    // Once one look-up has failed, nobody waits for the others any more.
    if (this.#failure !== undefined) throw this.#failure
    const candidates = (await finder(this.#finding, planned.values)).filter(({ phase }) => phase !== 'gone')
    const settling = candidates.find(({ phase }) => phase === 'settling')
    if (!settling) return candidates
    this.#onProgress(`${planned.address}: waiting for ${settling.importId}, which is in state ${settling.state ?? 'unknown'}`)
    this.#finding.forget()
    return undefined
  }
}

function choose(planned: PlannedResource, candidates: readonly Candidate[]): Existing | undefined {
  const usable = candidates.filter(({ phase }) => phase === 'ready')
  if (usable.length > 1) throw duplicate(planned, usable)
  const [only] = usable
  if (only) return { importId: only.importId, ...(only.note !== undefined && { note: only.note }) }
  const [failed] = candidates
  if (!failed) return undefined
  const reason = failed.note === undefined ? '' : ` (${failed.note})`
  return { importId: failed.importId, failed: true, note: `It is in state ${failed.state ?? 'failed'} and has to be replaced${reason}.` }
}

function duplicate({ address }: PlannedResource, found: readonly Candidate[]): UserError {
  const ids = found.map(({ importId }) => importId)
  return new UserError('DuplicateResource', `More than one resource in the account says that it is ${address}: ${ids.join(', ')}.`, {
    reason: 'They carry the same platform:resource tag, and choosing one could lose what depends on the other.',
    next: [
      'Find out which one is in use, and delete the other one or remove its tag platform:resource.',
      'Then run the same command again.',
    ],
    details: { address, ids },
  })
}
