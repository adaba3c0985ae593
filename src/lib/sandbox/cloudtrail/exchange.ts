import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../gateway/call.js'

/** One call of the gateway and its answer, as far as a record of CloudTrail needs them. */
export interface Exchange {
  call: Call
  at: Date
  sourceAddress: string
  headers: IncomingHttpHeaders
  /** Undefined where the body was too large, or nobody wanted it. */
  requestBody: Buffer | undefined
  status: number
  answerHeaders: readonly string[]
  answerBody: Buffer | undefined
}
