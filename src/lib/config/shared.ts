import { nearest, SHARED_NAME } from '../core/names.js'
import { type FieldPath, problemAt, type Problem } from './problem.js'
import type { Shared } from './project.js'
import type { Platform } from './schema.js'
import { valueAt } from './schema-problems.js'
import type { YamlSource } from './yaml-source.js'

/** What environments share, with its account and the ids of accounts decided. The platform has been validated. */
export function resolveShared({ accounts, region, shared }: Platform): Shared {
  const name = shared.account ?? Object.keys(accounts)[0] ?? ''
  const account = accounts[name]
  return {
    ...shared,
    account: { name, id: account?.id ?? '', ...(account?.role !== undefined && { roleArn: account.role }) },
    region,
    registry: { ...shared.registry, pullAccountIds: [...new Set(shared.registry.pullAccounts.map((each) => accounts[each]?.id ?? each))] },
  }
}

/** Rules of the section `shared` that look at other sections. They look at raw values, valid or not. */
export function checkShared(platform: YamlSource, environments: readonly string[]): Problem[] {
  return [...checkAccounts(platform), ...checkZones(platform), ...checkBudgets(platform, environments)]
}

function checkAccounts(platform: YamlSource): Problem[] {
  const accounts = valueAt(platform.value, ['accounts'])
  if (typeof accounts !== 'object' || accounts === null) return []
  const allowed = Object.keys(accounts)
  const pullers = valueAt(platform.value, ['shared', 'registry', 'pullAccounts'])
  const named: Array<{ path: FieldPath; value: unknown }> = [
    { path: ['shared', 'account'], value: valueAt(platform.value, ['shared', 'account']) },
    ...(Array.isArray(pullers) ? pullers : []).flatMap((value: unknown, index) =>
      typeof value === 'string' && /^\d{12}$/.test(value) ? [] : [{ path: ['shared', 'registry', 'pullAccounts', index], value }],
    ),
  ]
  return named.flatMap(({ path, value }) => {
    if (typeof value !== 'string' || allowed.includes(value)) return []
    const near = nearest(value, allowed)
    return [problemAt(platform, path, `${value} is not in accounts`, { allowed, ...(near !== undefined && { nearest: near }) })]
  })
}

function checkZones(platform: YamlSource): Problem[] {
  const zones = valueAt(platform.value, ['shared', 'dns', 'zones'])
  if (typeof zones !== 'object' || zones === null) return []
  const domains = Object.keys(zones)
  return domains.flatMap((domain) => {
    const path = ['shared', 'dns', 'zones', domain, 'parent']
    const parent = valueAt(platform.value, path)
    if (typeof parent !== 'string') return []
    if (!domains.includes(parent)) {
      return [problemAt(platform, path, `${parent} is not in zones: add it, or name its id with parentZoneId`, { allowed: domains })]
    }
    return domain.endsWith(`.${parent}`) ? [] : [problemAt(platform, path, `${domain} does not lie below ${parent}`)]
  })
}

function checkBudgets(platform: YamlSource, environments: readonly string[]): Problem[] {
  const budgets = valueAt(platform.value, ['shared', 'budgets'])
  if (typeof budgets !== 'object' || budgets === null) return []
  const allowed = [...environments, SHARED_NAME]
  return Object.keys(budgets).flatMap((budget) => {
    const path = ['shared', 'budgets', budget, 'environment']
    const environment = valueAt(platform.value, path)
    if (typeof environment !== 'string' || allowed.includes(environment)) return []
    const near = nearest(environment, allowed)
    return [problemAt(platform, path, `there is no environment ${environment}`, { allowed, ...(near !== undefined && { nearest: near }) })]
  })
}
