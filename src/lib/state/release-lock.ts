import { readStateLock, releaseStateLock } from '../aws/state-object.js'
import { UserError } from '../core/errors.js'
import { Journal } from '../core/journal.js'
import { hostname } from 'node:os'
import { firstAlive } from '../roots/lock-holder.js'
import { rootOf } from '../roots/select.js'
import { withRun } from '../roots/run.js'
import { describeLock, type LockEntry } from './locks.js'
import { openState, type StateContext } from './place.js'

export interface ReleaseOptions {
  root: string
  /** The lock's id. Absent: it has to be typed. */
  id?: string
  dryRun: boolean
}

export interface ReleaseResult extends LockEntry {
  /** False for a dry run. */
  released: boolean
}

/**
 * Releases the lock of a root after its id was named, and exactly this lock.
 * @throws `LockNotFound`, `NotConfirmed`; `RunInProgress` while a run of this repository is at work; `ConfirmationNeeded` where nobody can be asked.
 */
export async function releaseLock(context: StateContext, options: ReleaseOptions): Promise<ReleaseResult> {
  const { ports, project } = context
  const root = rootOf(project, options.root)
  const { name } = root
  const command = `lock release ${name}`
  return withRun(
    ports,
    { repository: project.directory, environment: name, command, purpose: options.dryRun ? 'look' : 'state' },
    async () => {
      await refuseWhileAtWork(context, name)
      await context.target.prepare()
      const place = await openState(context, root)
      const lock = await readStateLock(place.clients, place)
      if (!lock) throw notFound(name, options.id)
      const entry = await describeLock(context, root, lock)
      if (options.dryRun && options.id === undefined) return { ...entry, released: false }
      const id = options.id ?? (await askForId(context, entry))
      if (id !== lock.ID) throw notFound(name, id, lock.ID)
      if (options.dryRun) return { ...entry, released: false }
      const { etag } = lock
      const outcome = await releaseStateLock(place.clients, { ...place, lockId: id, ...(etag !== undefined && { etag }) })
      if (outcome === 'changed') throw notFound(name, id)
      return { ...entry, released: true }
    },
  )
}

/** Terraform may be at work although no `platform` is. */
async function refuseWhileAtWork({ ports, project }: StateContext, name: string): Promise<void> {
  const records = (await new Journal(project.directory, ports.clock).list(name)).filter(({ host }) => host === hostname())
  const pid = await firstAlive(ports, records)
  if (pid === undefined) return
  throw new UserError('RunInProgress', `Terraform is at work on ${name}. The lock was not released.`, {
    reason: `Process ${pid} of this machine was started by a run of this repository.`,
    next: ['Wait for it: the command that started it, run again, shows how far it is.', 'platform run list'],
    details: { root: name, pid },
  })
}

async function askForId({ ports }: StateContext, entry: LockEntry): Promise<string> {
  const { root, id = '', user, host, operation, since, holder } = entry
  if (!ports.ask.interactive) {
    throw new UserError('ConfirmationNeeded', `The lock of ${root} must be named by its id, and there is no terminal to ask.`, {
      reason: `Held by ${user}@${host}, operation ${operation}, since ${since}; its holder is ${holder}.`,
      next: [`platform lock release ${root} --id ${id}`],
      details: { ...entry },
    })
  }
  const message = `${user}@${host} holds the lock since ${since} (${operation}; ${holder}). Type its id to release it (${id})`
  const typed = await ports.ask.input({ message, flag: '--id' })
  if (typed === id) return typed
  throw new UserError('NotConfirmed', `${JSON.stringify(typed)} is not the id of the lock. It was not released.`)
}

function notFound(root: string, id: string | undefined, actual?: string): UserError {
  const happened =
    actual === undefined
      ? `The state of ${root} is not locked${id === undefined ? '' : ` any more by ${id}`}.`
      : `The lock of ${root} has another id than ${JSON.stringify(id)}. It was not released.`
  return new UserError('LockNotFound', happened, {
    ...(actual !== undefined && { reason: `Its id is ${actual}.` }),
    next: ['See who holds which lock: platform lock list'],
    details: { root, ...(id !== undefined && { id }), ...(actual !== undefined && { actual }) },
  })
}
