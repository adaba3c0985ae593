import { readStateLock, type LockInfo } from '../aws/state-object.js'
import { messageOf } from '../core/errors.js'
import { Journal } from '../core/journal.js'
import { holderOf, type LockHolder } from '../roots/lock-holder.js'
import type { Root } from '../roots/root.js'
import { rootsOf } from '../roots/select.js'
import { openState, type StateContext } from './place.js'

/** The lock of one root, or that there is none. */
export interface LockEntry {
  root: string
  /** unknown: its bucket could not be read. */
  status: 'free' | 'locked' | 'unknown'
  /** What releases it, with `lock release`. */
  id?: string
  user?: string
  host?: string
  /** What Terraform does under it. */
  operation?: string
  /** ISO 8601 */
  since?: string
  ageSeconds?: number
  /** Whether whoever took it is alive, as far as this machine knows. */
  holder?: LockHolder['state']
  /** The process of this machine that is at work. */
  pid?: number
  /** A dead run of this repository left it: the next run releases it by itself. */
  releasedByNextRun?: boolean
  /** It is not what Terraform writes. */
  unreadable?: boolean
  /** Why it could not be read. */
  reason?: string
}

/** The locks of every root of the repository. */
export async function listLocks(context: StateContext): Promise<LockEntry[]> {
  const roots = rootsOf(context.project)
  if (roots.length === 0) return []
  await context.target.prepare()
  return Promise.all(
    roots.map((root) =>
      // One account that cannot be reached must not hide the others.
      describeRoot(context, root).catch((error: unknown): LockEntry => ({ root: root.name, status: 'unknown', reason: messageOf(error) })),
    ),
  )
}

async function describeRoot(context: StateContext, root: Root): Promise<LockEntry> {
  const place = await openState(context, root)
  const lock = await readStateLock(place.clients, place)
  return lock ? describeLock(context, root, lock) : { root: root.name, status: 'free' }
}

/** What is told of a lock. */
export async function describeLock(
  { ports, project }: StateContext,
  root: Pick<Root, 'name' | 'folder'>,
  lock: LockInfo,
): Promise<LockEntry> {
  const records = await new Journal(project.directory, ports.clock).list(root.name)
  const { state, ours, pid } = await holderOf(ports, lock, { records, folder: root.folder })
  const [user, host] = splitWho(lock.Who)
  const created = Date.parse(lock.Created)
  return {
    root: root.name,
    status: 'locked',
    id: lock.ID,
    user,
    host,
    operation: lock.Operation.replace(/^OperationType/, '').toLowerCase(),
    since: Number.isNaN(created) ? '' : new Date(created).toISOString(),
    ...(!Number.isNaN(created) && { ageSeconds: Math.max(0, Math.round((ports.clock.now().getTime() - created) / 1000)) }),
    holder: state,
    ...(pid !== undefined && { pid }),
    releasedByNextRun: ours,
    ...(lock.unreadable && { unreadable: true }),
  }
}

/** `user@host`; a user's name may have an @ of its own. */
function splitWho(who: string): [string, string] {
  const cut = who.lastIndexOf('@')
  return cut === -1 ? [who, ''] : [who.slice(0, cut), who.slice(cut + 1)]
}
