import type { Environment, Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import { stateKey } from '../roots/environment-root.js'
import { statusOf, statusOfSoft, type RootStatus } from '../roots/status.js'

export interface EnvironmentEntry {
  name: string
  role: Environment['role']
  isolation: Environment['isolation']
  /** The environment whose cluster a soft one is in. */
  host: string | null
  architecture: Environment['architecture']
  status: RootStatus
  cluster: string
  account: string
  region: string
  /** `unknown` until drift was looked for. */
  drift: 'clean' | 'drifted' | 'unknown'
}

export interface ListContext {
  ports: Ports
  project: Project
  target: AwsTarget
}

/** Every environment of the repository with its status, in alphabetical order. */
export async function listEnvironments(context: ListContext): Promise<EnvironmentEntry[]> {
  if (context.project.environments.size === 0) return []
  await context.target.prepare()
  return Promise.all([...context.project.environments.values()].map((environment) => describeEnvironment(context, environment)))
}

/** One line of the list. */
export async function describeEnvironment(context: ListContext, environment: Environment): Promise<EnvironmentEntry> {
  const { name, role, isolation, architecture, cluster, account, region, host = null } = environment
  const place = { name: host ?? name, account, region, stateKey: stateKey(host ?? name) }
  const ofRoot = await statusOf(context, place)
  const status = host === null ? ofRoot : await statusOfSoft(context, { name, place, ofHost: ofRoot })
  return { name, role, isolation, host, architecture, status, cluster: cluster.name, account: account.id, region, drift: 'unknown' }
}
