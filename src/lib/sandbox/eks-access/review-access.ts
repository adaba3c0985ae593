import { entryFor, takesPolicies } from './access-entries.js'
import { publishedPolicies } from './policies/all.js'
import { allowsPath, allowsResource, type AccessPolicy } from './policy.js'
import type { AssociatedPolicy, ClusterIdentity, EksAccessPorts } from './ports.js'
import type { SubjectAccessReview } from './reviews.js'
import { reaches } from './scope.js'
import { principalOfUser } from './user-info.js'

/**
 * Answers an API server whether the access policies of a principal allow one request. There is no "denied": what no policy allows is no
 * opinion, so that RBAC has its say.
 */
export async function reviewAccess(
  request: SubjectAccessReview,
  cluster: ClusterIdentity,
  ports: EksAccessPorts,
): Promise<SubjectAccessReview> {
  const { apiVersion, kind, spec } = request
  return { apiVersion, kind, spec, status: await statusOf(spec, cluster, ports) }
}

async function statusOf(
  spec: SubjectAccessReview['spec'],
  cluster: ClusterIdentity,
  ports: EksAccessPorts,
): Promise<{ allowed: boolean; reason?: string }> {
  const principal = principalOfUser(spec)
  if (!principal || cluster.authenticationMode === 'CONFIG_MAP') return { allowed: false }
  const entry = entryFor(principal, await ports.accessEntries(cluster))
  const associations = entry && takesPolicies(entry) ? (entry.associatedPolicies ?? []) : []
  const named = associations.map((association) => ({ association, name: nameOf(association) }))
  const allowing = named.find(({ association, name }) => {
    const policy = publishedPolicies.get(name)
    return policy !== undefined && allows(policy, association, spec)
  })
  if (allowing) return { allowed: true, reason: `EKS access policy ${allowing.name} of ${entry?.principalArn} allows it` }
  const unknown = named.flatMap(({ name }) => (publishedPolicies.has(name) ? [] : [name]))
  if (unknown.length === 0) return { allowed: false }
  return { allowed: false, reason: `AWS does not publish the rules of ${unknown.join(', ')}: nothing is allowed by it here` }
}

function allows(policy: AccessPolicy, { accessScope }: AssociatedPolicy, spec: SubjectAccessReview['spec']): boolean {
  const { resourceAttributes: resource, nonResourceAttributes: other } = spec
  if (resource) return reaches(accessScope, resource.namespace ?? '') && policy.rules.some((rule) => allowsResource(rule, resource))
  const { path = '', verb = '' } = other ?? {}
  return accessScope.type === 'cluster' && path !== '' && policy.rules.some((rule) => allowsPath(rule, path, verb))
}

function nameOf({ policyArn }: AssociatedPolicy): string {
  return policyArn.slice(policyArn.lastIndexOf('/') + 1)
}
