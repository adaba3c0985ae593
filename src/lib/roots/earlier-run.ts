import { hostname } from 'node:os'
import path from 'node:path'
import { readStateLock, releaseStateLock, type LockInfo } from '../aws/state-object.js'
import { UserError } from '../core/errors.js'
import type { RunProcess, RunRecord } from '../core/journal.js'
import type { StepControl, StepResult } from '../core/steps.js'
import { followTerraform } from '../terraform/detached-run.js'
import { ProgressTracker } from '../terraform/progress.js'
import { describeProgress } from './progress-text.js'
import type { Root } from './root.js'
import { dropPlansIn, type Run } from './run.js'
import { interruption, isTakenHere, type StateAccess } from './terraform-run.js'

/** A lock taken this long after we launched Terraform can still be that process's. */
const LOCK_DELAY_MS = 120_000

/**
 * Runs of this environment that were cut short: their Terraform may still be at work, or dead with the lock held.
 * Newest first; the current run is not among them.
 */
export async function unfinishedRuns(run: Run): Promise<RunRecord[]> {
  const records = await run.journal.list(run.record.environment)
  return records.filter(({ runId, processes, status }) => runId !== run.record.runId && (status === 'running' || processes.some(isOpen)))
}

function isOpen(process: RunProcess): boolean {
  return process.finishedAt === undefined
}

/** Waits for every Terraform of an earlier run that is still alive, showing how far it is. Then closes those runs in the journal. */
export async function finishEarlierRuns(run: Run, control: StepControl): Promise<StepResult> {
  const earlier = await unfinishedRuns(run)
  let waited = 0
  for (const record of earlier) {
    for (const process of record.processes.filter(isOpen)) {
      if (record.host === hostname() && (await run.ports.processes.isAlive(process))) {
        waited += 1
        await waitFor(run, record, process, control)
      }
      // Providers outlive a killed Terraform; they would go on talking to AWS.
      if (record.host === hostname()) await run.ports.processes.signal(process, 'SIGKILL', { group: true })
      process.finishedAt = run.ports.clock.now().toISOString()
    }
    await dropPlans(run, record)
    if (record.status === 'running') await run.journal.finish(record, 'interrupted')
    else await run.journal.save(record)
  }
  if (earlier.length === 0) return { outcome: 'checked', detail: 'none' }
  return { outcome: 'done', detail: waited > 0 ? 'waited for a Terraform that was still at work' : 'an earlier run was cut short' }
}

/** Plans hold secrets, and nobody can apply these any more. */
async function dropPlans(run: Run, record: RunRecord): Promise<void> {
  if (record.purpose === 'change') await dropPlansIn(run.journal.folderOf(record.runId))
}

async function waitFor(run: Run, record: RunRecord, process: RunProcess, control: StepControl): Promise<void> {
  const tracker = new ProgressTracker(() => run.ports.clock.now().getTime())
  const position = record.processes.filter(({ operation }) => operation === process.operation).indexOf(process) + 1
  const ended = await followTerraform(run.ports, process, {
    messagesFile: path.join(run.journal.folderOf(record.runId), `${process.operation}-${position}.jsonl`),
    onMessage: (message) => tracker.accept(message),
    onTick: () =>
      control.progress(`waiting for Terraform (process ${process.pid}): ${describeProgress(process.operation, tracker.progress)}`),
  })
  if (ended.stopped) throw interruption(run.ports.signal)
}

/**
 * Releases the state lock when it is one of ours that nobody alive can be holding: same host and user, and either the ID that the
 * journal knows or the time at which one of our dead processes must have taken it.
 * @throws `StateLocked`, naming the holder, when it may be somebody else's.
 */
export async function clearStaleLock(run: Run, root: Pick<Root, 'folder'>, state: StateAccess): Promise<StepResult> {
  const lock = await readStateLock(state.clients, state)
  if (!lock) return { outcome: 'checked', detail: 'free' }
  const records = await run.journal.list(run.record.environment)
  const processes = records.filter(({ host }) => host === hostname()).flatMap((record) => record.processes)
  const alive = await Promise.all(processes.map((process) => run.ports.processes.isAlive(process)))
  if (alive.includes(true) || !isOurs(lock, processes)) throw lockedBySomebody(run.record.environment, root, lock)
  const released = await releaseStateLock(state.clients, { ...state, lockId: lock.ID, ...(lock.etag !== undefined && { etag: lock.etag }) })
  if (released === 'changed') throw lockedBySomebody(run.record.environment, root, lock)
  return { outcome: 'done', detail: `released the lock that a dead run had left (${lock.ID})` }
}

function isOurs(lock: LockInfo, processes: readonly RunProcess[]): boolean {
  if (!isTakenHere(lock)) return false
  if (processes.some(({ lockId }) => lockId === lock.ID)) return true
  const taken = Date.parse(lock.Created)
  return processes.some(({ launchedAt, lockId, finishedAt, locks }) => {
    const launched = Date.parse(launchedAt)
    const ended = finishedAt === undefined ? Infinity : Date.parse(finishedAt)
    return locks && lockId === undefined && taken >= launched - 1000 && taken <= Math.min(ended, launched + LOCK_DELAY_MS)
  })
}

function lockedBySomebody(environment: string, { folder }: Pick<Root, 'folder'>, lock: LockInfo): UserError {
  return new UserError('StateLocked', `The state of ${environment} is locked by ${lock.Who}.`, {
    reason: `Operation ${lock.Operation}, since ${lock.Created}, lock ID ${lock.ID}.`,
    next: [
      'Wait until the other run has finished, then run the command again.',
      `If you are sure that it is dead: terraform -chdir=${folder} force-unlock ${lock.ID}`,
    ],
    details: { lockId: lock.ID, who: lock.Who, created: lock.Created, operation: lock.Operation },
  })
}
