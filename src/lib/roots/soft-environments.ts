import type { Database, Environment, Project } from '../config/project.js'
import type { UpstreamOutputs } from './root.js'

/** One soft environment that is about to come to a host, or to leave it. */
export interface SoftChange {
  name: string
  action: 'add' | 'remove'
}

/** Names of the soft environments that a host's state has. */
export function softNamesIn(outputs: Record<string, unknown> | undefined): string[] {
  const known = outputs?.['soft_environments']
  return typeof known === 'object' && known !== null ? Object.keys(known) : []
}

/** The soft environments that a host shall have: those of its state, and the one that comes, without the one that leaves. */
export function softOn(project: Project, host: Environment, outputs: UpstreamOutputs, change?: SoftChange): Environment[] {
  const present = new Set(softNamesIn(outputs.get(host.name)))
  if (change?.action === 'add') present.add(change.name)
  if (change?.action === 'remove') present.delete(change.name)
  return [...project.environments.values()].filter(({ name, host: on }) => on === host.name && present.has(name))
}

/** What the host's root module is told of them. Nothing where there are none. */
export function softValues(soft: readonly Environment[]): Record<string, unknown> {
  if (soft.length === 0) return {}
  return { soft_environments: Object.fromEntries(soft.map((environment) => [environment.name, valuesOf(environment)])) }
}

function valuesOf({ soft, keys }: Environment): Record<string, unknown> {
  const { rotationDays, deletionWindowDays, administrators, users } = keys
  return {
    namespaces: soft?.namespaces ?? [],
    administrators: soft?.administrators.principals ?? [],
    viewers: soft?.viewers.principals ?? [],
    key: soft?.ownKey === true ? { rotation_days: rotationDays, deletion_window_days: deletionWindowDays, administrators, users } : null,
  }
}

/** The databases of a host: its own, and those of the soft environments on it. */
export function databasesOn(host: Environment, soft: readonly Environment[]): Record<string, Database> {
  const theirs = soft.flatMap(({ name, databases }) =>
    Object.entries(databases).map(([database, values]) => [softDatabaseName(name, database), values] as const),
  )
  return { ...host.databases, ...Object.fromEntries(theirs) }
}

/** What a database of a soft environment is called in its host. */
export function softDatabaseName(environment: string, database: string): string {
  return `${environment}-${database}`
}

/** What the host's outputs say of one soft environment. */
export function softOutputs(name: string, outputs: Record<string, unknown>): Record<string, unknown> {
  const own = ((outputs['soft_environments'] ?? {}) as Record<string, { namespaces?: string[]; key_arn?: string | null }>)[name]
  if (!own) return {}
  const endpoints = Object.entries((outputs['database_endpoints'] ?? {}) as Record<string, unknown>)
  const databases = endpoints.filter(([database]) => database.startsWith(`${name}-`))
  return {
    namespaces: own.namespaces ?? [],
    ...(typeof own.key_arn === 'string' && { key: own.key_arn }),
    ...(databases.length > 0 && { databases: Object.fromEntries(databases) }),
  }
}
