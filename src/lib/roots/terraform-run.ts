import { createHash } from 'node:crypto'
import { chmod, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { readStateLock, type StateLocation } from '../aws/state-object.js'
import type { AwsClients } from '../aws/clients.js'
import { isSystemError, UserError } from '../core/errors.js'
import type { RunProcess } from '../core/journal.js'
import type { DetachedProcess } from '../core/ports.js'
import { redactText } from '../core/redaction.js'
import type { StepControl } from '../core/steps.js'
import { explainDiagnostics } from '../terraform/advice.js'
import { followTerraform } from '../terraform/detached-run.js'
import type { TerraformMessage } from '../terraform/messages.js'
import { ProgressTracker, type Progress } from '../terraform/progress.js'
import { isTakenHere } from './lock-holder.js'
import { describeProgress } from './progress-text.js'
import type { Run } from './run.js'

const TAIL_BYTES = 4000

/** A plan loses nothing when it is killed. An apply does: it is only killed when somebody asks for that. */
const PLAN_GRACE_MS = 30_000

/** Where the state of an environment is, and how to get there. */
export interface StateAccess extends StateLocation {
  clients: AwsClients
  /** Folder of the root module, relative to the repository. */
  folder: string
}

export interface TerraformFiles {
  planFile: string
  messagesFile: string
  stderrFile: string
}

/** Files of one Terraform process of a run. */
export function terraformFiles(run: Run, operation: 'plan' | 'apply'): TerraformFiles {
  const folder = run.journal.folderOf(run.record.runId)
  const attempt = run.record.processes.filter((process) => process.operation === operation).length + 1
  return {
    planFile: path.join(folder, `plan-${attempt}.tfplan`),
    messagesFile: path.join(folder, `${operation}-${attempt}.jsonl`),
    stderrFile: path.join(folder, `${operation}-${attempt}.stderr`),
  }
}

/**
 * Starts a Terraform process, writes it into the journal before anything can go wrong, and follows it to its end.
 * @throws `ApplyFailed`, `PlanFailed`, `StateLocked` with Terraform's own words; `Interrupted` when it was stopped.
 */
export async function runTerraform(
  run: Run,
  operation: 'plan' | 'apply',
  options: {
    start: () => Promise<DetachedProcess>
    files: TerraformFiles
    state?: StateAccess
    control: StepControl
    total?: number
    onMessage?: (message: TerraformMessage) => void
  },
): Promise<Progress> {
  const { clock } = run.ports
  const { child, entry } = await launch(run, operation, options.state !== undefined, options.start)
  const tracker = new ProgressTracker(() => clock.now().getTime())
  const stopWatching = options.state ? watchLock(run, entry, options.state) : undefined
  try {
    const ended = await followTerraform(run.ports, child, {
      messagesFile: options.files.messagesFile,
      ...(operation === 'plan' && { graceMs: PLAN_GRACE_MS }),
      onMessage: (message) => {
        tracker.accept(message)
        options.onMessage?.(message)
      },
      onTick: () => {
        const text = describeProgress(operation, tracker.progress)
        options.control.progress(text, options.total === undefined ? undefined : { done: tracker.progress.done, total: options.total })
      },
    })
    entry.finishedAt = clock.now().toISOString()
    await stopWatching?.()
    if (ended.stopped) throw interruption(run.ports.signal)
    if (ended.exitCode === 0) {
      await run.journal.save(run.record)
      return tracker.progress
    }
    const { errors } = tracker.progress
    const stderr = await readTail(options.files.stderrFile)
    // On a full disk Terraform cannot say so: its files take no more. Neither do ours.
    if (errors.length === 0 && stderr === '') await run.journal.save(run.record)
    const error = explainDiagnostics(operation, errors, redactText(stderr))
    if (error.code === 'StateLocked') {
      // The lock that was in the way is not ours, as far as Terraform knows.
      delete entry.lockId
      entry.refused = true
    }
    throw error
  } catch (error) {
    await stopWatching?.()
    // What went wrong says more than that it could not be written down.
    await run.journal.save(run.record).catch(() => undefined)
    throw error
  }
}

/** Starts a Terraform process that is left alone: it goes on when we end, and the next run waits for it. */
export async function launchTerraform(run: Run, operation: 'plan' | 'apply', start: () => Promise<DetachedProcess>): Promise<void> {
  await launch(run, operation, true, start)
  run.goesOn = true
}

async function launch(
  run: Run,
  operation: 'plan' | 'apply',
  locks: boolean,
  start: () => Promise<DetachedProcess>,
): Promise<{ child: DetachedProcess; entry: RunProcess }> {
  const launchedAt = run.ports.clock.now().toISOString()
  const child = await start()
  const entry: RunProcess = { pid: child.pid, startedAt: child.startedAt, operation, launchedAt, locks }
  run.record.processes.push(entry)
  await run.journal.save(run.record)
  return { child, entry }
}

/** The error for a Terraform that we asked to stop. */
export function interruption(signal: AbortSignal): UserError {
  if (signal.reason instanceof UserError && signal.reason.code === 'TimedOut') return signal.reason
  return new UserError('Interrupted', 'Terraform was stopped. What it had made is in the state.', {
    next: ['Run the same command again to go on.'],
  })
}

/** Notes the ID of the lock that our Terraform takes, so that a later run can tell it from somebody else's. */
function watchLock(run: Run, entry: RunProcess, state: StateAccess): () => Promise<void> {
  const stop = new AbortController()
  const watching = (async () => {
    while (!stop.signal.aborted && entry.lockId === undefined) {
      const lock = await readStateLock(state.clients, state)
      if (lock && isTakenHere(lock) && Date.parse(lock.Created) >= Date.parse(entry.launchedAt) - 1000) {
        entry.lockId = lock.ID
        await run.journal.save(run.record)
      } else {
        await run.ports.clock.sleep(300, stop.signal)
      }
    }
  })().catch(() => undefined) // Only a help for later: the times of the journal tell nearly as much.
  return async () => {
    stop.abort()
    await watching
  }
}

/** The end of a file, however large it is. */
async function readTail(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (!handle) return ''
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, Math.max(0, size - TAIL_BYTES))
    return buffer.toString('utf8', 0, bytesRead).trim()
  } finally {
    await handle.close()
  }
}

/** SHA-256 of a plan file, after making sure that only its owner can read it, where it is ours. */
export async function digestOf(planFile: string): Promise<string> {
  await chmod(planFile, 0o600).catch((error: unknown) => {
    // A plan that was handed over may belong to somebody else, or lie where nothing can be written.
    if (!isSystemError(error, 'EPERM', 'EROFS')) throw error
  })
  return `sha256:${createHash('sha256')
    .update(await readFile(planFile))
    .digest('hex')}`
}
