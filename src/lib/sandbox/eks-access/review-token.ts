import { entryFor, mappingOf } from './access-entries.js'
import { AccessRefused } from './access-refused.js'
import { mappingInAwsAuth } from './aws-auth.js'
import { parseToken } from './parse-token.js'
import type { ClusterIdentity, EksAccessPorts } from './ports.js'
import { principalOf, type Principal } from './principal.js'
import type { TokenReview, UserInfo } from './reviews.js'
import { userInfoOf } from './user-info.js'
import { fillIn } from './username.js'

/**
 * Answers an API server who a token is from, as EKS does: the IAM principal that signed it, if an access entry or `aws-auth` lets it in.
 * A token that opens nothing is not an error of the review: `authenticated` is false, and the client gets 401.
 */
export async function reviewToken(request: TokenReview, cluster: ClusterIdentity, ports: EksAccessPorts): Promise<TokenReview> {
  const answer = { apiVersion: request.apiVersion, kind: request.kind, spec: {} }
  try {
    return { ...answer, status: { authenticated: true, user: await userOf(request.spec.token ?? '', cluster, ports) } }
  } catch (error) {
    if (!(error instanceof AccessRefused)) throw error
    return { ...answer, status: { authenticated: false, error: error.message } }
  }
}

async function userOf(token: string, cluster: ClusterIdentity, ports: EksAccessPorts): Promise<UserInfo> {
  parseToken(token, ports.now())
  const caller = await ports.resolveToken(token)
  if (!caller) throw new AccessRefused('sts getCallerIdentity failed')
  const principal = principalOf(caller)
  const { username, groups } = await mappingFor(principal, cluster, ports)
  return userInfoOf(
    principal,
    await fillIn(username, principal, ports),
    await Promise.all(groups.map((group) => fillIn(group, principal, ports))),
  )
}

/** Where both count, an access entry wins over `aws-auth` (Amazon EKS User Guide, "Change authentication mode to use access entries"). */
async function mappingFor(
  principal: Principal,
  cluster: ClusterIdentity,
  ports: EksAccessPorts,
): Promise<{ username: string; groups: readonly string[] }> {
  const mode = cluster.authenticationMode
  const entry = mode === 'CONFIG_MAP' ? undefined : entryFor(principal, await ports.accessEntries(cluster))
  if (entry) return mappingOf(entry)
  const config = mode === 'API' ? undefined : await ports.awsAuth(cluster)
  const mapping = config && mappingInAwsAuth(principal, config)
  if (!mapping) throw new AccessRefused(`ARN is not mapped: ${principal.canonicalArn}`)
  return mapping
}
