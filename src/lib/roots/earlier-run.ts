import { hostname } from 'node:os'
import path from 'node:path'
import type { RunProcess, RunRecord } from '../core/journal.js'
import type { StepControl, StepResult } from '../core/steps.js'
import { followTerraform } from '../terraform/detached-run.js'
import { ProgressTracker } from '../terraform/progress.js'
import { describeProgress } from './progress-text.js'
import { dropPlansIn, type Run } from './run.js'
import { interruption } from './terraform-run.js'

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
  if (record.purpose !== 'look') await dropPlansIn(run.journal.folderOf(record.runId))
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
