import { AwsClients } from '../aws/clients.js'
import { stateBucketName } from '../aws/state-bucket.js'
import { stateSummary } from '../aws/state-object.js'
import type { Environment, Project } from '../config/project.js'
import { Journal, type RunRecord } from '../core/journal.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import { stateKey } from '../roots/environment-root.js'
import { lastChange, wasCutShort } from '../roots/history.js'
import { movesOf } from '../roots/moved.js'
import { folderOfRoot } from '../templates/parts.js'

/**
 * absent: nothing in the state. ready: the last run ended well. incomplete: the last run did not reach its end.
 * busy: a run is at work. moved: its region, account or platform name is another one than when it was made. unknown: the state
 * cannot be read.
 */
export type EnvironmentStatus = 'absent' | 'ready' | 'incomplete' | 'busy' | 'moved' | 'unknown'

export interface EnvironmentEntry {
  name: string
  role: Environment['role']
  isolation: Environment['isolation']
  architecture: Environment['architecture']
  status: EnvironmentStatus
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
  const { name, role, isolation, architecture, cluster, account, region } = environment
  const status = await statusOf(context, environment)
  return { name, role, isolation, architecture, status, cluster: cluster.name, account: account.id, region, drift: 'unknown' }
}

/** Terraform goes on when `platform` has ended, with `--no-wait` or because it was killed. */
async function isAtWork({ processes }: Pick<Ports, 'processes'>, run: RunRecord): Promise<boolean> {
  const started = run.processes.filter(({ finishedAt }) => finishedAt === undefined)
  const alive = await Promise.all([run.owner, ...started].map((each) => processes.isAlive(each)))
  return alive.includes(true)
}

async function statusOf({ ports, project, target }: ListContext, environment: Environment): Promise<EnvironmentStatus> {
  const { account, region, name } = environment
  if ((await movesOf(project, { folder: folderOfRoot(name), region, account })).length > 0) return 'moved'
  const last = await lastChange(new Journal(project.directory, ports.clock), name)
  if (last?.status === 'running' && (await isAtWork(ports, last))) return 'busy'
  const connection = await target.connect(account, region)
  const bucket = stateBucketName({ platform: project.platform.name, accountId: account.id, region })
  // One account that cannot be reached must not hide the others.
  const state = await stateSummary(new AwsClients(connection), { bucket, key: stateKey(name) }).catch(() => undefined)
  if (!state || state.unreadable === true) return 'unknown'
  if (wasCutShort(last)) return 'incomplete'
  return state.resources === 0 ? 'absent' : 'ready'
}
