import { parse } from 'yaml'
import type { AwsAuth } from './ports.js'
import { isSameArn, type Principal } from './principal.js'

/**
 * Templates of name and groups for a principal in the ConfigMap `aws-auth`, or undefined (aws-iam-authenticator, pkg/mapper/configmap).
 * Roles are looked for first, then users, then accounts. A role that is written with a path fits nobody. What cannot be read is left out.
 */
export function mappingInAwsAuth(principal: Principal, config: AwsAuth): { username: string; groups: readonly string[] } | undefined {
  const listed = find(config.mapRoles, 'rolearn', principal) ?? find(config.mapUsers, 'userarn', principal)
  if (listed) return listed
  const accounts = listIn(config.mapAccounts)
  return accounts.includes(principal.accountId) ? { username: principal.canonicalArn, groups: [] } : undefined
}

function find(text: string | undefined, key: string, { canonicalArn }: Principal): { username: string; groups: string[] } | undefined {
  // Of two for the same ARN the later one counts.
  const found = listIn(text)
    .map(withLowerKeys)
    .findLast((item) => typeof item[key] === 'string' && isSameArn(item[key], canonicalArn))
  if (!found) return undefined
  const { username, groups } = found
  return {
    username: typeof username === 'string' ? username : '',
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
  }
}

function listIn(text: string | undefined): unknown[] {
  if (text === undefined) return []
  try {
    // Account ids are texts, even where they look like numbers.
    const value: unknown = parse(text, { schema: 'failsafe' })
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** The authenticator reads the names of fields without regard to case. */
function withLowerKeys(item: unknown): Readonly<Record<string, unknown>> {
  if (typeof item !== 'object' || item === null) return {}
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name.toLowerCase(), value]))
}
