import { AccessRefused } from './access-refused.js'
import type { AccessEntry } from './ports.js'
import { isSameArn, withoutRolePath, type Principal } from './principal.js'

/** Names and groups of nodes, which nobody may choose (Amazon EKS User Guide, "Create access entries" and "Windows support"). */
const NODE_TYPES: ReadonlyMap<string, { username: string; groups: readonly string[] }> = new Map([
  ['EC2_LINUX', { username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:nodes'] }],
  ['EC2_WINDOWS', { username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:nodes', 'eks:kube-proxy-windows'] }],
  ['FARGATE_LINUX', { username: 'system:node:{{SessionName}}', groups: ['system:nodes', 'system:node-proxier'] }],
  ['HYBRID_LINUX', { username: 'system:node:{{SessionName}}', groups: ['system:nodes'] }],
  // Nodes of EKS Auto Mode are called as their instances.
  ['EC2', { username: 'system:node:{{SessionName}}', groups: ['system:nodes'] }],
])
const RESERVED = ['system:', 'eks:', 'aws:', 'amazon:', 'iam:']

/**
 * The entry for a principal. The unique id decides where the entry has it, and name and id must both fit (aws-iam-authenticator,
 * pkg/mapper/dynamicfile). A role's path does not count: a session does not tell it.
 */
export function entryFor(principal: Principal, entries: readonly AccessEntry[]): AccessEntry | undefined {
  return entries.find(
    ({ principalArn, principalId }) =>
      isSameArn(withoutRolePath(principalArn), principal.canonicalArn) &&
      (principalId === undefined || principalId === principal.principalId),
  )
}

/**
 * Templates of name and groups of an entry.
 * @throws AccessRefused for a name that EKS reserves.
 */
export function mappingOf(entry: AccessEntry): { username: string; groups: readonly string[] } {
  const type = (entry.type ?? 'STANDARD').toUpperCase()
  const node = NODE_TYPES.get(type)
  if (node) return node
  const username = entry.username === undefined || entry.username === '' ? defaultUsername(entry.principalArn) : entry.username
  const reserved = RESERVED.find((prefix) => username.startsWith(prefix))
  if (reserved !== undefined) throw new AccessRefused(`username "${username}" of an access entry must not begin with ${reserved}`)
  // EKS refuses such groups when an entry is made; nobody becomes a node or a master by an entry that got past that.
  return { username, groups: (entry.kubernetesGroups ?? []).filter((group) => !group.startsWith('system:')) }
}

/** Whether access policies count for an entry: those of other types are not EKS's to give. */
export function takesPolicies({ type = 'STANDARD' }: AccessEntry): boolean {
  return type.toUpperCase() === 'STANDARD'
}

function defaultUsername(principalArn: string): string {
  const [, partition, accountId, role] = /^arn:([^:]+):iam::(\d*):role\/(?:.*\/)?([^/]+)$/.exec(principalArn) ?? []
  return role === undefined ? principalArn : `arn:${partition}:sts::${accountId}:assumed-role/${role}/{{SessionName}}`
}
