import { AwsClients } from '../aws/clients.js'
import { type DatabaseSnapshot, findDatabaseSnapshots } from '../aws/database-snapshots.js'
import { suggestCidr } from '../config/create-environment.js'
import { copyEnvironmentFile } from '../config/copy-environment.js'
import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { assertEnvironmentName, nearest } from '../core/names.js'
import type { RootContext } from '../roots/context.js'
import { refuseOtherChoices } from './restore-decided.js'
import { environmentOf } from './selection.js'

export interface RestoreOptions {
  /** Name of the new environment. */
  name: string
  /** Environment whose backups are used. It may be destroyed, as long as its file is there. */
  from: string
  /** Snapshots that were chosen, by database. */
  snapshots: Readonly<Record<string, string>>
  /** The newest snapshot at or before it. */
  time?: Date | undefined
  cidr?: string | undefined
  dryRun: boolean
}

/** What each database of the new environment is made from. */
export interface RestoredDatabase {
  database: string
  engine: string
  /** Null: it starts empty. */
  snapshot: string | null
  takenAt: string | null
}

const RELATIONAL = new Set(['aurora-postgresql', 'postgresql'])

/**
 * Writes the file of a new environment that is like another one, with its databases made from snapshots. A file that exists already
 * decides, so that the same command finishes what was cut short.
 * @throws `BackupNotFound`, `EnvironmentNotFound`, `InvalidName`, `BadFlag`, also when the flags say something else than that file
 */
export async function prepareRestore(
  context: RootContext,
  options: RestoreOptions,
): Promise<{ project: Project; written: boolean; databases: RestoredDatabase[] }> {
  const { project, ports } = context
  const { name, from } = options
  assertEnvironmentName(name)
  const source = environmentOf(project, from)
  refuseSource(source)
  const known = project.environments.get(name)
  if (known) {
    const databases = Object.entries(known.databases)
    if (!databases.some(([, { snapshot }]) => snapshot !== undefined)) throw notRestored(name)
    const others = [...project.environments.keys()].filter((each) => each !== from && each !== name)
    await refuseOtherChoices(known, options, others, snapshotFinder(context, source))
    return {
      project,
      written: false,
      databases: databases.map(([database, { engine, snapshot = null }]) => ({ database, engine, snapshot, takenAt: null })),
    }
  }
  const chosen = await chooseSnapshots(context, source, options)
  const changes = [
    [['network', 'cidr'], options.cidr ?? suggestCidr(project)],
    ...[...chosen].map(([database, { id }]) => [['databases', database, 'snapshot'], id] as const),
  ] as const
  const made = await copyEnvironmentFile(project, { from, to: name, changes }, { env: ports.env, dryRun: options.dryRun })
  return { project: made, written: !options.dryRun, databases: Object.entries(source.databases).map((entry) => restored(entry, chosen)) }
}

function restored(
  [database, { engine }]: [string, Environment['databases'][string]],
  chosen: ReadonlyMap<string, DatabaseSnapshot>,
): RestoredDatabase {
  const snapshot = chosen.get(database)
  return { database, engine, snapshot: snapshot?.id ?? null, takenAt: snapshot?.takenAt.toISOString() ?? null }
}

/** Finds the snapshots of an environment in the account of the source. */
function snapshotFinder({ project, target }: RootContext, { account, region }: Environment) {
  return async (environment: string): Promise<DatabaseSnapshot[]> => {
    await target.prepare()
    const clients = new AwsClients(await target.connect(account, region))
    return findDatabaseSnapshots(clients, { platform: project.platform.name, environment })
  }
}

async function chooseSnapshots(
  context: RootContext,
  source: Environment,
  { snapshots: wanted, time }: RestoreOptions,
): Promise<Map<string, DatabaseSnapshot>> {
  const relational = Object.entries(source.databases).flatMap(([name, { engine }]) => (RELATIONAL.has(engine) ? [name] : []))
  const unknown = Object.keys(wanted).find((database) => !relational.includes(database))
  if (unknown !== undefined) throw unknownDatabase(unknown, relational, source.name)
  if (relational.length === 0) {
    throw new UserError('BackupNotFound', `${source.name} has no database that has snapshots.`, { next: ['platform env create NAME'] })
  }
  const all = await snapshotFinder(context, source)(source.name)
  const missing: string[] = []
  const chosen = new Map<string, DatabaseSnapshot>()
  for (const database of relational) {
    const snapshot = all.find(
      (each) =>
        each.database === database && (wanted[database] ?? each.id) === each.id && each.takenAt.getTime() <= (time?.getTime() ?? Infinity),
    )
    if (snapshot) chosen.set(database, snapshot)
    else missing.push(database)
  }
  if (missing.length > 0) throw backupNotFound(source.name, missing, all)
  return chosen
}

function refuseSource({ name, role, isolation, existing }: Environment): void {
  if (role === 'workload' && isolation === 'hard' && !existing) return
  const what = existing ? 'stands around a cluster that was imported' : isolation === 'soft' ? 'is soft' : 'is the management environment'
  throw new UserError('BadFlag', `${name} ${what}: it cannot be restored as a whole.`, {
    next: ['Restore its databases by hand: docs/how-to/restore.md.'],
    details: { flag: '--from', environment: name },
  })
}

function notRestored(name: string): UserError {
  return new UserError('BadFlag', `${name} exists already, and was not made by a restore. Nothing was changed.`, {
    reason: 'A restore makes a new environment: it never overwrites data.',
    next: ['Choose another name.'],
    details: { environment: name },
  })
}

function unknownDatabase(name: string, known: readonly string[], environment: string): UserError {
  const near = nearest(name, known)
  return new UserError('BadFlag', `${environment} has no relational database ${name}.`, {
    reason: known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`,
    next: near === undefined ? [] : [`--snapshot ${near}=ID`],
    details: { flag: '--snapshot', allowed: known, ...(near !== undefined && { nearest: near }) },
  })
}

/** How many snapshots a message names. */
const NAMED = 8

function backupNotFound(environment: string, missing: readonly string[], all: readonly DatabaseSnapshot[]): UserError {
  const found = all.filter(({ database }) => missing.includes(database)).slice(0, NAMED)
  return new UserError('BackupNotFound', `There is no fitting snapshot of ${missing.join(', ')} of ${environment}. Nothing was written.`, {
    reason:
      found.length === 0
        ? 'Nothing in the account carries the tags of such a database and can be restored.'
        : found.map(({ database, id, takenAt }) => `${database}: ${id} of ${takenAt.toISOString()}`).join('\n'),
    next: ['Choose one: --snapshot DATABASE=ID', 'Or a later moment: --time MOMENT'],
    details: { environment, databases: missing, found: found.map(({ id }) => id) },
  })
}
