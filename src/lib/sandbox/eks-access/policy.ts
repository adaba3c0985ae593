import type { ResourceAttributes } from './reviews.js'

/** One row of an access policy. It means what a rule of RBAC means (Kubernetes documentation, "Using RBAC Authorization"). */
export interface PolicyRule {
  apiGroups?: readonly string[]
  /** `pods`, `pods/log`, `*\/scale`, or `*` for all with their subresources. */
  resources?: readonly string[]
  /** Without it, every name. */
  resourceNames?: readonly string[]
  nonResourceUrls?: readonly string[]
  verbs: readonly string[]
}

/** An access policy of EKS with its published rules. */
export interface AccessPolicy {
  name: string
  rules: readonly PolicyRule[]
}

const ALL = '*'

/** Whether a rule allows a request for a resource, wherever the policy is valid. */
export function allowsResource(rule: PolicyRule, request: ResourceAttributes): boolean {
  const { verb = '', group = '', name = '' } = request
  return (
    holds(rule.verbs, verb) &&
    holds(rule.apiGroups, group) &&
    namesResource(rule.resources ?? [], request) &&
    (rule.resourceNames === undefined || rule.resourceNames.includes(name))
  )
}

/** Whether a rule allows a request for a path that is no resource, such as `/metrics`. */
export function allowsPath(rule: PolicyRule, path: string, verb: string): boolean {
  return holds(rule.verbs, verb) && (rule.nonResourceUrls ?? []).some((pattern) => pathFits(pattern, path))
}

function namesResource(resources: readonly string[], { resource = '', subresource = '' }: ResourceAttributes): boolean {
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some(
    (candidate) => candidate === ALL || candidate === wanted || (subresource !== '' && candidate === `${ALL}/${subresource}`),
  )
}

function pathFits(pattern: string, path: string): boolean {
  return pattern === ALL || pattern === path || (pattern.endsWith(ALL) && path.startsWith(pattern.slice(0, -1)))
}

function holds(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes(ALL) || list.includes(value))
}
