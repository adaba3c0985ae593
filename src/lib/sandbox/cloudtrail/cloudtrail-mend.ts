import { errorAnswer, json, jsonBody, withBody, type Answer } from '../gateway/answer.js'
import type { Mend, MendContext, MendRequest } from '../mends/mend.js'
import { ServiceError } from '../services/service-error.js'
import type { TrailState } from './delivery-state.js'
import type { LookupAnswer } from './lookup.js'
import type { SigningKey } from './signing-key.js'

/** What the calls of CloudTrail ask about the records. */
export interface TrailHistory {
  lookup(input: Readonly<Record<string, unknown>>, region: string): Promise<LookupAnswer>
  signer(): Promise<SigningKey>
  stateOf(trailArn: string): TrailState | undefined
}

/** Gap: the emulator keeps trails and records nothing. Here every call is recorded, delivered and found again. */
export function cloudTrailMend(history: TrailHistory): Mend {
  return {
    id: 'cloudtrail-records',
    gap: 'LookupEvents and ListPublicKeys find nothing, and trails deliver nothing.',
    service: 'cloudtrail',
    actions: ['LookupEvents', 'ListPublicKeys', 'GetTrailStatus'],
    async handle(request, context) {
      try {
        return await answerFor(request, context, history)
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        return errorAnswer('json', { status: error.status, code: error.code, message: error.message })
      }
    },
  }
}

async function answerFor(request: MendRequest, context: MendContext, history: TrailHistory): Promise<Answer> {
  const input = jsonBody(request.body) ?? {}
  if (request.call.action === 'GetTrailStatus') return withDeliveries(await context.forward(request), input, context, history)
  const refusal = await refusedByEmulator(request, context)
  if (refusal) return refusal
  const value =
    request.call.action === 'LookupEvents' ? await history.lookup(input, context.region) : publicKeys(input, await history.signer())
  return json(200, value, undefined, [], 'application/x-amz-json-1.1')
}

/** The emulator has these calls, so it says itself whether their signature is right. */
async function refusedByEmulator(request: MendRequest, context: MendContext): Promise<Answer | undefined> {
  const answer = await context.forward(request)
  return answer.status === 403 ? answer : undefined
}

function publicKeys(input: Readonly<Record<string, unknown>>, key: SigningKey): unknown {
  const [from, to] = [input['StartTime'], input['EndTime']].map((time) => (typeof time === 'number' ? time * 1000 : undefined))
  const isValid = key.since.getTime() <= (to ?? Number.POSITIVE_INFINITY) && key.until.getTime() >= (from ?? 0)
  const shown = {
    Value: key.publicKey.toString('base64'),
    ValidityStartTime: key.since.getTime() / 1000,
    ValidityEndTime: key.until.getTime() / 1000,
    Fingerprint: key.fingerprint,
  }
  return { PublicKeyList: isValid ? [shown] : [] }
}

function withDeliveries(answer: Answer, input: Readonly<Record<string, unknown>>, context: MendContext, history: TrailHistory): Answer {
  const name = typeof input['Name'] === 'string' ? input['Name'] : ''
  const arn = name.startsWith('arn:') ? name : `arn:aws:cloudtrail:${context.region}:${context.accountId}:trail/${name}`
  const state = history.stateOf(arn)
  if (answer.status !== 200 || !state) return answer
  const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text) / 1000)
  return withBody(
    answer,
    JSON.stringify({
      ...jsonBody(answer.body),
      LatestDeliveryTime: time(state.deliveredAt),
      LatestDigestDeliveryTime: time(state.digestedAt),
      LatestDeliveryError: state.error,
    }),
  )
}
