import { AwsClients } from '../aws/clients.js'
import { stateBucketName } from '../aws/state-bucket.js'
import { stateOutputs, stateSummary } from '../aws/state-object.js'
import type { Project } from '../config/project.js'
import { Journal, type RunRecord } from '../core/journal.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import { folderOfRoot } from '../templates/parts.js'
import { lastChange, wasCutShort } from './history.js'
import { movesOf } from './moved.js'
import type { StatePlace } from './root.js'
import { softNamesIn } from './soft-environments.js'

/**
 * absent: nothing in the state. ready: the last run ended well. incomplete: the last run did not reach its end.
 * busy: a run is at work. moved: its region, account or platform name is another one than when it was made. unknown: the state
 * cannot be read.
 */
export type RootStatus = 'absent' | 'ready' | 'incomplete' | 'busy' | 'moved' | 'unknown'

export interface StatusContext {
  ports: Ports
  project: Project
  target: AwsTarget
}

/** Terraform goes on when `platform` has ended, with `--no-wait` or because it was killed. */
async function isAtWork({ processes }: Pick<Ports, 'processes'>, run: RunRecord): Promise<boolean> {
  const started = run.processes.filter(({ finishedAt }) => finishedAt === undefined)
  const alive = await Promise.all([run.owner, ...started].map((each) => processes.isAlive(each)))
  return alive.includes(true)
}

/** How far a root is. Never fails because its account cannot be reached. */
export async function statusOf(
  { ports, project, target }: StatusContext,
  { name, account, region, stateKey }: StatePlace,
): Promise<RootStatus> {
  if ((await movesOf(project, { folder: folderOfRoot(name), region, account })).length > 0) return 'moved'
  const last = await lastChange(new Journal(project.directory, ports.clock), name)
  if (last?.status === 'running' && (await isAtWork(ports, last))) return 'busy'
  const connection = await target.connect(account, region)
  const bucket = stateBucketName({ platform: project.platform.name, accountId: account.id, region })
  // One account that cannot be reached must not hide the others.
  const state = await stateSummary(new AwsClients(connection), { bucket, key: stateKey }).catch(() => undefined)
  if (!state || state.unreadable === true) return 'unknown'
  if (wasCutShort(last)) return 'incomplete'
  return state.resources === 0 ? 'absent' : 'ready'
}

/** How far a soft environment is: its host's state says whether it is there, the journal whether its last run reached its end. */
export async function statusOfSoft(
  { ports, project, target }: StatusContext,
  { name, place, ofHost }: { name: string; place: StatePlace; ofHost: RootStatus },
): Promise<RootStatus> {
  if (ofHost === 'absent' || ofHost === 'unknown' || ofHost === 'moved') return ofHost
  const records = await new Journal(project.directory, ports.clock).list(name)
  const last = records.find(({ purpose }) => purpose === 'change')
  if (last?.status === 'running' && (await isAtWork(ports, last))) return 'busy'
  const bucket = stateBucketName({ platform: project.platform.name, accountId: place.account.id, region: place.region })
  const clients = new AwsClients(await target.connect(place.account, place.region))
  const outputs = await stateOutputs(clients, { bucket, key: place.stateKey }).catch(() => undefined)
  if (!outputs) return 'unknown'
  if (!softNamesIn(outputs).includes(name)) return 'absent'
  return wasCutShort(last) ? 'incomplete' : ofHost
}
