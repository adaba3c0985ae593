import { errorAnswer, headerOf, withoutHeaders, type Answer } from '../gateway/answer.js'
import { errorIn } from '../gateway/error-in.js'
import type { MendContext, MendRequest } from '../mends/mend.js'

/**
 * Whether a caller may use a service that is not the emulator's. The keys of the sandbox itself may do everything. Of others the
 * emulator checks the signature: it gets the call with a target that it has no operation for, and says whether it comes that far. The
 * header is not among the signed ones, so it changes nothing for the check.
 * @returns the refusal, or undefined.
 */
export async function refusalOf(request: MendRequest, context: MendContext): Promise<Answer | undefined> {
  const { call } = request
  const header = headerOf(call.rawHeaders, 'authorization') ?? ''
  const credential = /\bCredential=([^,\s]+)/.exec(header)?.[1] ?? call.query.get('X-Amz-Credential') ?? ''
  if (credential.startsWith('test')) return undefined
  if (call.protocol === 'json' || credential === '') {
    const message = 'In the sandbox, this service takes only calls that are signed with the keys of the sandbox itself (test).'
    return errorAnswer(call.protocol, { status: 403, code: 'AccessDeniedException', message })
  }
  const rawHeaders = [...withoutHeaders(call.rawHeaders, new Set(['x-amz-target'])), 'x-amz-target', 'AWSEvents.NoSuchOperation']
  const answer = await context.forward({ call: { ...call, rawHeaders }, body: request.body })
  if (answer.status !== 403) return undefined
  const { code = 'AccessDeniedException', message = '' } = errorIn(answer)
  return errorAnswer(call.protocol, { status: answer.status, code, message })
}
