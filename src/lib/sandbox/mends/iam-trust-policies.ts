import { withBody, type Answer } from '../gateway/answer.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

/** Whoever holds it may change a trust policy for a moment: see `sts-role-sessions`. */
export const TRUST_LOCK = 'iam trust policies'

/** The only ones that UpdateAssumeRolePolicy takes. */
const TAKEN = new Set(['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'])

/**
 * Gap: UpdateAssumeRolePolicy refuses `sts:TagSession`, which the policies of EKS Pod Identity have, and which CreateRole takes (fakecloud
 * 0.51.0, iam_service/roles.rs). It looks at strings only, so such actions are kept in a list of their own, and put back where policies are
 * read.
 */
export const iamTrustPolicies: Mend = {
  id: 'iam-trust-policies',
  gap: 'UpdateAssumeRolePolicy refuses sts:TagSession.',
  service: 'iam',
  actions: ['GetRole', 'ListRoles', 'UpdateAssumeRolePolicy', 'DeleteRole', 'CreateRole', 'GetAccountAuthorizationDetails'],
  handle: async (request, context) =>
    context.exclusively(TRUST_LOCK, async () => {
      const answer = await context.forward(request)
      return request.call.action === 'UpdateAssumeRolePolicy' ? updated(request, answer, context) : shown(answer)
    }),
}

async function updated(request: MendRequest, answer: Answer, context: MendContext): Promise<Answer> {
  if (answer.status !== 400 || !answer.body.includes('Trust Policy statement actions')) return answer
  const parameters = new URLSearchParams(request.body.toString('utf8'))
  parameters.set('PolicyDocument', hiddenActions(parameters.get('PolicyDocument') ?? ''))
  const { method, rawHeaders, url } = request.call
  return context.sendAsRoot({ method, url, rawHeaders, body: Buffer.from(parameters.toString()) }, 'iam')
}

function shown(answer: Answer): Answer {
  const xml = answer.body.toString('utf8')
  const mended = xml.replaceAll(/(<AssumeRolePolicyDocument>)([^<]*)(<)/g, (whole, start: string, text: string, end: string) => {
    const policy = decodeURIComponent(text)
    const full = shownActions(policy)
    return full === policy ? whole : `${start}${encodeURIComponent(full)}${end}`
  })
  return mended === xml ? answer : withBody(answer, mended)
}

/** A policy whose other actions are where the emulator does not look. */
export function hiddenActions(policy: string): string {
  return changedActions(policy, (action) => {
    const all = Array.isArray(action) ? (action as unknown[]) : [action]
    return all.every(isTaken) ? action : all.map((each) => (isTaken(each) ? each : [each]))
  })
}

/** The policy that somebody meant. */
export function shownActions(policy: string): string {
  return changedActions(policy, (action) => (Array.isArray(action) && action.some(Array.isArray) ? action.flat() : action))
}

function isTaken(action: unknown): boolean {
  return typeof action !== 'string' || TAKEN.has(action)
}

function changedActions(policy: string, change: (action: unknown) => unknown): string {
  let parsed: { Statement?: unknown }
  try {
    parsed = JSON.parse(policy) as { Statement?: unknown }
  } catch {
    return policy
  }
  const changeOne = (statement: unknown): unknown => {
    const { Action: action } = statement as { Action?: unknown }
    const changed = change(action)
    return changed === action ? statement : { ...(statement as object), Action: changed }
  }
  const { Statement: statements } = parsed
  const changed = Array.isArray(statements) ? statements.map(changeOne) : changeOne(statements ?? {})
  const isSame =
    Array.isArray(statements) && Array.isArray(changed)
      ? changed.every((each, index) => each === statements[index])
      : changed === statements
  return isSame || statements === undefined ? policy : JSON.stringify({ ...parsed, Statement: changed })
}
