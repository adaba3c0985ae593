import { hostname, userInfo } from 'node:os'
import type { LockInfo } from '../aws/state-object.js'
import type { RunProcess, RunRecord } from '../core/journal.js'
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
  /** Taken in the time of a run of ours, while some Terraform that may have taken it is still at work. */
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
  // Terraform said of a refused process that somebody else held the lock.
  const processes = local.flatMap((record) => record.processes).filter(({ refused }) => refused !== true)
  if (processes.some(({ lockId }) => lockId === lock.ID)) return { state: 'dead', ours: true }
  const inOurTime = processes.some((process) => mayHaveTaken(lock, process)) || local.some((record) => wasTakenDuring(lock, record))
  // Times fit a Terraform of another clone as well, which then is alive.
  if (await mayBeAtWork(ports, folder, Date.parse(lock.Created))) {
    return { state: 'unknown', ours: false, ...(inOurTime && { settling: true }) }
  }
  return { state: 'dead', ours: inOurTime }
}

/** A Terraform of these runs that is still alive. */
export async function firstAlive({ processes }: Pick<Ports, 'processes'>, records: readonly RunRecord[]): Promise<number | undefined> {
  for (const process of records.flatMap((record) => record.processes)) if (await processes.isAlive(process)) return process.pid
  return undefined
}

/** Whether the lock was taken when this process must have taken one. */
function mayHaveTaken(lock: LockInfo, { launchedAt, lockId, finishedAt, locks }: RunProcess): boolean {
  const taken = Date.parse(lock.Created)
  const launched = Date.parse(launchedAt)
  const ended = finishedAt === undefined ? Infinity : Date.parse(finishedAt)
  return locks && lockId === undefined && taken >= launched - 1000 && taken <= Math.min(ended, launched + LOCK_DELAY_MS)
}

/**
 * Taken while a run of ours was at work, and no Terraform on this machine can be holding it: a short call such as `state push` that
 * was killed, or a Terraform that took the lock, did not hear of it, and found it taken (opentofu/opentofu#4405).
 */
function wasTakenDuring(lock: LockInfo, { startedAt, finishedAt }: RunRecord): boolean {
  const taken = Date.parse(lock.Created)
  return taken >= Date.parse(startedAt) && taken <= (finishedAt === undefined ? Infinity : Date.parse(finishedAt))
}
