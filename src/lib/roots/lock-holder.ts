import { hostname, userInfo } from 'node:os'
import type { LockInfo } from '../aws/state-object.js'
import type { RunRecord } from '../core/journal.js'
import type { Ports } from '../core/ports.js'
import { mayBeAtWork } from '../terraform/running.js'

/** A lock taken this long after we launched Terraform can still be that process's. */
const LOCK_DELAY_MS = 120_000

export interface LockHolder {
  /**
   * alive: a process of this repository is at work. dead: the process on this machine that took it is gone.
   * elsewhere: another user or machine took it. unknown: it cannot be told.
   */
  state: 'alive' | 'dead' | 'elsewhere' | 'unknown'
  /** A run of this repository left it, so it may be released without asking. */
  ours: boolean
  /** The process that is alive. */
  pid?: number
  /** Taken during a run of ours that was killed before it could write down the Terraform that it had started, which is still at work. */
  settling?: true
}

/** Whether the lock was taken by this user on this machine. */
export function isTakenHere(lock: Pick<LockInfo, 'Who'>): boolean {
  return lock.Who === `${userInfo().username}@${hostname()}`
}

/**
 * Tells who holds a lock, from the journal of the root and the processes of this machine.
 * @param folder folder of the root module, relative to the repository.
 */
export async function holderOf(
  ports: Pick<Ports, 'processes' | 'exec'>,
  lock: LockInfo,
  { records, folder }: { records: readonly RunRecord[]; folder: string },
): Promise<LockHolder> {
  const local = records.filter(({ host }) => host === hostname())
  const alive = await firstAlive(ports, local)
  if (alive !== undefined) return { state: 'alive', ours: false, pid: alive }
  if (lock.unreadable) return { state: 'unknown', ours: false }
  if (!isTakenHere(lock)) return { state: 'elsewhere', ours: false }
  if (isProven(lock, local)) return { state: 'dead', ours: true }
  const duringOurs = local.some((record) => wasTakenDuring(lock, record))
  if (await mayBeAtWork(ports, folder)) return { state: 'unknown', ours: false, ...(duringOurs && { settling: true }) }
  return { state: 'dead', ours: duringOurs }
}

/** A Terraform of these runs that is still alive. */
export async function firstAlive({ processes }: Pick<Ports, 'processes'>, records: readonly RunRecord[]): Promise<number | undefined> {
  for (const process of records.flatMap((record) => record.processes)) if (await processes.isAlive(process)) return process.pid
  return undefined
}

/** The journal knows the lock's id, or the time at which one of our dead processes must have taken it. */
function isProven(lock: LockInfo, records: readonly RunRecord[]): boolean {
  // Terraform said of a refused process that somebody else held the lock.
  const processes = records.flatMap((record) => record.processes).filter(({ refused }) => refused !== true)
  if (processes.some(({ lockId }) => lockId === lock.ID)) return true
  const taken = Date.parse(lock.Created)
  return processes.some(({ launchedAt, lockId, finishedAt, locks }) => {
    const launched = Date.parse(launchedAt)
    const ended = finishedAt === undefined ? Infinity : Date.parse(finishedAt)
    return locks && lockId === undefined && taken >= launched - 1000 && taken <= Math.min(ended, launched + LOCK_DELAY_MS)
  })
}

/**
 * Taken while a run of ours was at work, and no Terraform on this machine can be holding it: a short call such as `state push` that
 * was killed, or a Terraform that took the lock, did not hear of it, and found it taken (opentofu/opentofu#4405).
 */
function wasTakenDuring(lock: LockInfo, { startedAt, finishedAt }: RunRecord): boolean {
  const taken = Date.parse(lock.Created)
  return taken >= Date.parse(startedAt) && taken <= (finishedAt === undefined ? Infinity : Date.parse(finishedAt))
}
