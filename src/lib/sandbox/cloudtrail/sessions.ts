import { textAt } from '../../core/plain-data.js'
import type { Exchange } from './exchange.js'
import type { UserIdentity } from './record.js'
import { xmlObject } from './xml-object.js'
import { jsonBody } from '../gateway/answer.js'

export interface NewSession {
  accessKeyId: string
  expiresAt: string
  identity: UserIdentity
}

/** The session that an answer of STS opens, or undefined. */
export function sessionIn(
  { answerBody, at, call, requestBody, status }: Exchange,
  caller: UserIdentity,
  accountId: string,
): NewSession | undefined {
  if (status !== 200 || !answerBody || (call.service !== 'sts' && call.service !== 'eks-auth')) return undefined
  const text = answerBody.toString('utf8')
  const document = text.startsWith('<') ? xmlObject(text) : jsonBody(answerBody)
  const result = part(document, `${call.action.charAt(0).toLowerCase()}${call.action.slice(1)}Result`) ?? document ?? {}
  const credentials = part(result, 'credentials')
  const accessKeyId = credentials?.['accessKeyId']
  if (typeof accessKeyId !== 'string') return undefined
  const form = new URLSearchParams(requestBody?.toString('utf8') ?? call.query)
  const expiration = credentials?.['expiration']
  const expiresAt = typeof expiration === 'number' ? new Date(expiration * 1000).toISOString() : String(expiration)
  const attributes = {
    creationDate: withoutFraction(at),
    mfaAuthenticated: form.has('SerialNumber') ? ('true' as const) : ('false' as const),
  }
  const identity = identityOf({ result, form, caller, accountId, attributes, document: document ?? {} })
  return identity && { accessKeyId, expiresAt, identity }
}

interface Opened {
  result: Record<string, unknown>
  document: Record<string, unknown>
  form: URLSearchParams
  caller: UserIdentity
  accountId: string
  attributes: { creationDate: string; mfaAuthenticated: 'true' | 'false' }
}

function identityOf({ accountId, attributes, caller, form, result }: Opened): UserIdentity | undefined {
  const assumed = part(result, 'assumedRoleUser')
  if (assumed) {
    const arn = textAt(assumed, 'arn')
    const principalId = textAt(assumed, 'assumedRoleId') || textAt(assumed, 'assumeRoleId')
    const sourceIdentity = form.get('SourceIdentity') ?? undefined
    return assumedRole({
      arn,
      principalId,
      roleArn: form.get('RoleArn') ?? undefined,
      accountId,
      attributes,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    })
  }
  const federated = part(result, 'federatedUser')
  if (federated) {
    return {
      type: 'FederatedUser',
      principalId: textAt(federated, 'federatedUserId'),
      arn: textAt(federated, 'arn'),
      accountId,
      sessionContext: { attributes },
    }
  }
  // GetSessionToken: the caller, for a while.
  return { ...caller, sessionContext: { attributes } }
}

/** A role under the name of a session (AWS CloudTrail User Guide, "Example with role credentials"). */
export function assumedRole(session: {
  /** `arn:aws:sts::123456789012:assumed-role/NAME/SESSION` */
  arn: string
  /** `AROA…:SESSION` */
  principalId: string
  /** With its path; without it, the role has none. */
  roleArn: string | undefined
  accountId: string
  attributes: { creationDate: string; mfaAuthenticated: 'true' | 'false' }
  sourceIdentity?: string
}): UserIdentity {
  const { accountId, arn, attributes, principalId, sourceIdentity } = session
  const [, userName = ''] = /:assumed-role\/([^/]+)\//.exec(arn) ?? []
  const roleArn = session.roleArn ?? `arn:aws:iam::${accountId}:role/${userName}`
  return {
    type: 'AssumedRole',
    principalId,
    arn,
    accountId,
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId: principalId.split(':')[0] ?? '', arn: roleArn, accountId, userName },
      attributes,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  }
}

export function withoutFraction(date: Date): string {
  return date.toISOString().replace(/\.\d+/, '')
}

function part(object: Record<string, unknown> | undefined, name: string): Record<string, unknown> | undefined {
  const value = object?.[name]
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}
