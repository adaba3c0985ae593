import { AccessRefused } from './access-refused.js'
import type { ResolvedCaller } from './ports.js'

/** An IAM principal as the authenticator of EKS sees it. */
export interface Principal {
  kind: 'role' | 'user' | 'root' | 'federated-user'
  /** As STS says it. */
  arn: string
  /** The role's own ARN, without its path, for one that was assumed; else as STS says it. */
  canonicalArn: string
  accountId: string
  /** Unique id, without the name of the session. */
  principalId: string
  /** Empty for users and root. */
  sessionName: string
  accessKeyId: string
}

/**
 * The principal behind a caller (aws-iam-authenticator, pkg/arn, `Canonicalize`, and pkg/token).
 * @throws AccessRefused when the answer of STS makes no sense.
 */
export function principalOf({ arn, userId, accountId, accessKeyId }: ResolvedCaller): Principal {
  const [, partition = '', service = '', , , resource = ''] = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(arn) ?? []
  const [type = '', ...rest] = resource.split('/')
  const common = { arn, canonicalArn: arn, accountId, accessKeyId }
  if (service === 'sts' && type === 'assumed-role' && rest.length >= 2) {
    const [principalId = '', sessionName, ...more] = userId.split(':')
    if (sessionName === undefined || more.length > 0) throw new AccessRefused(`malformed UserID "${userId}"`)
    const canonicalArn = `arn:${partition}:iam::${accountId}:role/${rest.slice(0, -1).join('/')}`
    return { ...common, kind: 'role', canonicalArn, principalId, sessionName }
  }
  const kind = kindOf(service, type)
  if (kind === undefined) throw new AccessRefused(`arn "${arn}" is not one of an IAM principal`)
  return { ...common, kind, principalId: userId, sessionName: '' }
}

/** An ARN of a role without its path; any other as it is (aws-iam-authenticator, pkg/arn, `StripPath`). */
export function withoutRolePath(arn: string): string {
  return arn.replace(/^(arn:[^:]+:iam::\d*:role\/)(?:.*\/)?([^/]+)$/, '$1$2')
}

/** ARNs are compared without regard to case, as the authenticator does. */
export function isSameArn(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function kindOf(service: string, type: string): Principal['kind'] | undefined {
  if (service === 'sts') return type === 'federated-user' ? 'federated-user' : undefined
  return service === 'iam' && (type === 'user' || type === 'root') ? type : undefined
}
