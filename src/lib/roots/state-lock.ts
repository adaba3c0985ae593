import { readStateLock, releaseStateLock, type LockInfo } from '../aws/state-object.js'
import { UserError } from '../core/errors.js'
import type { StepControl, StepResult } from '../core/steps.js'
import { holderOf, isTakenHere } from './lock-holder.js'
import type { Run } from './run.js'
import type { StateAccess } from './terraform-run.js'

const POLL_MS = 500

/**
 * Releases the state lock when it is one of ours that nobody alive can be holding. A Terraform that a killed run left at work is waited for.
 * @throws `StateLocked`, naming the holder, when it may be somebody else's.
 */
export async function clearStaleLock(run: Run, state: StateAccess, control?: StepControl): Promise<StepResult> {
  const lock = await settledLock(run, state, control)
  if (!lock) return { outcome: 'checked', detail: 'free' }
  if (!(await releaseOurs(run, state, lock))) throw lockedBySomebody(run.record.environment, lock)
  return { outcome: 'done', detail: `released the lock that a dead run had left (${lock.ID})` }
}

/**
 * Runs a Terraform that locks the state, and once more when the lock that was in its way turns out to be its own: S3 had written it,
 * but the answer was lost, and the next attempt found it taken.
 */
export async function despiteOwnLock<T>(run: Run, state: StateAccess | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!state || !(error instanceof UserError) || error.code !== 'StateLocked') throw error
    const lock = await readStateLock(state.clients, state)
    // It was given back in the meantime. Whoever held it, the same command may be tried again by its user.
    if (!lock) throw error
    if (!(await releaseOurs(run, state, lock))) throw lockedBySomebody(run.record.environment, lock, { during: run })
    run.ports.report.emit({ type: 'info', message: `Released the lock that this run had left itself (${lock.ID}), and tried again.` })
    return work()
  }
}

/** The lock, once no Terraform of a killed run can change it any more. */
async function settledLock(run: Run, state: StateAccess, control: StepControl | undefined): Promise<LockInfo | undefined> {
  for (;;) {
    const lock = await readStateLock(state.clients, state)
    if (!lock) return undefined
    const records = await run.journal.list(run.record.environment)
    const { settling } = await holderOf(run.ports, lock, { records, folder: state.folder })
    if (settling !== true) return lock
    control?.progress('waiting for the Terraform that a killed run has left at work')
    await run.ports.clock.sleep(POLL_MS, run.ports.signal)
  }
}

async function releaseOurs(run: Run, state: StateAccess, lock: LockInfo): Promise<boolean> {
  const records = await run.journal.list(run.record.environment)
  const { ours } = await holderOf(run.ports, lock, { records, folder: state.folder })
  if (!ours) return false
  const { ID: lockId, etag } = lock
  return (await releaseStateLock(state.clients, { ...state, lockId, ...(etag !== undefined && { etag }) })) !== 'changed'
}

/** @param options.during the run that could not take the lock. */
function lockedBySomebody(root: string, lock: LockInfo, options: { during?: Run } = {}): UserError {
  const since = options.during?.record.startedAt
  const perhapsOwn = since !== undefined && isTakenHere(lock) && Date.parse(lock.Created) >= Date.parse(since)
  const who = lock.unreadable ? 'somebody whose lock cannot be read' : lock.Who
  return new UserError('StateLocked', `The state of ${root} is locked by ${who}.`, {
    reason: [
      lock.unreadable ? `The lock ${lock.Path} is damaged.` : `Operation ${lock.Operation}, since ${lock.Created}, lock ID ${lock.ID}.`,
      ...(perhapsOwn
        ? ['It was taken here after this run had started, so this run may have left it itself when an answer of S3 was lost.']
        : []),
    ].join('\n'),
    next: [
      'Wait until the other run has finished, then run the command again.',
      'See whether its holder is alive: platform lock list',
      `If you are sure that it is dead: platform lock release ${root} --id ${lock.ID}`,
    ],
    details: { lockId: lock.ID, who: lock.Who, created: lock.Created, operation: lock.Operation },
  })
}
