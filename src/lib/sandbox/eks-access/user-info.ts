import type { ResolvedCaller } from './ports.js'
import { principalOf, type Principal } from './principal.js'
import type { SubjectAccessReview, UserInfo } from './reviews.js'

/** The user that an API server gets to know (aws-iam-authenticator, pkg/server). It adds `system:authenticated` itself. */
export function userInfoOf(principal: Principal, username: string, groups: string[]): UserInfo {
  return {
    username,
    uid: uidOf(principal),
    groups,
    extra: {
      accessKeyId: [principal.accessKeyId],
      arn: [principal.arn],
      canonicalArn: [principal.canonicalArn],
      principalId: [principal.principalId],
      sessionName: [principal.sessionName],
      'sigs.k8s.io/aws-iam-authenticator/principalId': [principal.principalId],
    },
  }
}

/**
 * The principal that `userInfoOf` described, or undefined for everybody else: components and nodes of the cluster, service accounts,
 * EKS's own users, and whoever is impersonated. Those are left to the authorizers of the cluster itself.
 */
export function principalOfUser({ uid, extra = {} }: SubjectAccessReview['spec']): Principal | undefined {
  const value = (name: string): string => extra[name]?.[0] ?? ''
  const [, accountId] = /^aws-iam-authenticator:(\d{12}):/.exec(uid ?? '') ?? []
  if (accountId === undefined) return undefined
  const sessionName = value('sessionName')
  const userId = sessionName === '' ? value('principalId') : `${value('principalId')}:${sessionName}`
  const caller: ResolvedCaller = { arn: value('arn'), userId, accountId, accessKeyId: value('accessKeyId') }
  try {
    const principal = principalOf(caller)
    return uidOf(principal) === uid && principal.canonicalArn === value('canonicalArn') ? principal : undefined
  } catch {
    return undefined
  }
}

function uidOf({ accountId, principalId }: Principal): string {
  return `aws-iam-authenticator:${accountId}:${principalId}`
}
