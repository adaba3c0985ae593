import * as z from 'zod/mini'
import type { Call, Protocol } from './call.js'
import type { AwsError } from './answer.js'

const faultSchema = z.strictObject({
  /**
   * throttle: the service says that it gets too many requests. server-error: the service fails. expired-token: the session of the
   * caller is over. lost-answer: the call is carried out, but its answer never arrives. latency: the call takes longer.
   */
  kind: z.enum(['throttle', 'server-error', 'expired-token', 'lost-answer', 'latency']),
  /** Only calls of this service (`ec2`, `eks`, `s3` …). Default: every service. */
  service: z.optional(z.string()),
  /** Only calls of this operation (`CreateCluster` …). Default: every operation. */
  action: z.optional(z.string()),
  /** Only calls whose path ends like this, such as the key of an S3 object. Default: every path. */
  path: z.optional(z.string()),
  /** How many calls are hit. Default 1; `null` means until the faults are cleared. */
  count: z._default(z.nullable(z.int().check(z.positive())), 1),
  /** How many fitting calls pass before the first one is hit. */
  after: z._default(z.int().check(z.nonnegative()), 0),
  /** Milliseconds of a latency fault. */
  delayMs: z._default(z.int().check(z.nonnegative(), z.maximum(600_000)), 1000),
  /** Status of a server error. */
  status: z._default(z.union([z.literal(500), z.literal(502), z.literal(503), z.literal(504)]), 500),
})

export const faultListSchema = z.array(faultSchema)
/** A fault as a test writes it. */
export type FaultInput = z.input<typeof faultSchema>
export type Fault = z.output<typeof faultSchema>

/** The faults that are still to happen. */
export class FaultPlan {
  #faults: Array<Fault & { hits: number; seen: number }> = []

  add(faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ ...fault, hits: 0, seen: 0 })))
  }

  clear(): void {
    this.#faults = []
  }

  /** All faults since the last `clear`, with the number of calls that each one hit. */
  list(): ReadonlyArray<Fault & { hits: number }> {
    return this.#faults
  }

  /** What happens to this call: delays add up, and at most one other fault is taken. */
  take(call: Pick<Call, 'service' | 'action'> & Partial<Pick<Call, 'path'>>): { delayMs: number; fault?: Fault } {
    let delayMs = 0
    for (const fault of this.#faults) {
      if ((fault.service ?? call.service) !== call.service || (fault.action ?? call.action) !== call.action) continue
      if (!(call.path ?? '').endsWith(fault.path ?? '')) continue
      fault.seen += 1
      if (fault.seen <= fault.after || fault.hits >= (fault.count ?? Infinity)) continue
      fault.hits += 1
      if (fault.kind !== 'latency') return { delayMs, fault }
      delayMs += fault.delayMs
    }
    return { delayMs }
  }
}

/** What each family of services answers when it gets too many requests. */
const THROTTLES: Readonly<Record<Protocol, AwsError>> = {
  ec2: { status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' },
  s3: { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  query: { status: 400, code: 'Throttling', message: 'Rate exceeded' },
  json: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
  'rest-json': { status: 429, code: 'ThrottlingException', message: 'Rate exceeded' },
  cbor: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
}

/** What each family of services answers to a session that is over. */
const EXPIRED: Readonly<Record<Protocol, AwsError>> = {
  ec2: { status: 400, code: 'RequestExpired', message: 'Request has expired.' },
  s3: { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' },
  query: { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' },
  json: { status: 400, code: 'ExpiredTokenException', message: 'The security token included in the request is expired' },
  'rest-json': { status: 403, code: 'ExpiredTokenException', message: 'The security token included in the request is expired' },
  cbor: { status: 400, code: 'ExpiredTokenException', message: 'The security token included in the request is expired' },
}

/** The error that a fault of a service answers with. */
export function errorOfFault(fault: Fault, protocol: Protocol): AwsError {
  if (fault.kind === 'throttle') return THROTTLES[protocol]
  if (fault.kind === 'expired-token') return EXPIRED[protocol]
  const code = fault.status === 503 ? 'ServiceUnavailable' : protocol === 's3' || protocol === 'ec2' ? 'InternalError' : 'InternalFailure'
  return { status: fault.status, code, message: 'We encountered an internal error. Please try again.' }
}
