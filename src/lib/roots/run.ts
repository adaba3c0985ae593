import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { UserError, messageOf } from '../core/errors.js'
import { Journal, type RunRecord } from '../core/journal.js'
import type { Ports } from '../core/ports.js'
import { redactText } from '../core/redaction.js'
import type { ReportEvent, Reporter } from '../core/report.js'
import { takeRunLock } from '../core/run-lock.js'

/** A command at work on one environment, with its place in the journal. */
export interface Run {
  record: RunRecord
  /** Folder of the repository. */
  repository: string
  journal: Journal
  /** The caller's ports; what is reported also reaches the journal. */
  ports: Ports
  /** Set when the work goes on in Terraform after this process has ended: the next run closes this one. */
  goesOn?: true
  /** Set when the plan is the result. */
  keepsPlan?: true
}

/**
 * Runs `work` as the only process of this machine on the environment and keeps its history.
 * @throws what `work` throws, after writing it down; `RunInProgress` when another process is at work.
 */
export async function withRun<T>(
  ports: Ports,
  options: { repository: string; environment: string; command: string; purpose: RunRecord['purpose'] },
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { repository, environment, command, purpose } = options
  const release = await takeRunLock(ports, { repository, name: environment, command })
  try {
    const journal = new Journal(repository, ports.clock)
    const record = await journal.start({
      command,
      ...(ports.commandLine && { arguments: ports.commandLine }),
      environment,
      purpose,
      owner: await ports.processes.self(),
    })
    const run: Run = { record, repository, journal, ports: { ...ports, report: recordingReporter(ports.report, record) } }
    try {
      const result = await work(run)
      if (!run.goesOn) await journal.finish(record, 'succeeded')
      return result
    } catch (error) {
      const code = error instanceof UserError ? error.code : 'Unexpected'
      record.error = { code, message: redactText(messageOf(error)) }
      // What went wrong says more than that it could not be written down.
      await journal.finish(record, code === 'Interrupted' || code === 'TimedOut' ? 'interrupted' : 'failed').catch(() => undefined)
      throw error
    } finally {
      if (!run.goesOn && !run.keepsPlan) await dropPlansIn(journal.folderOf(record.runId))
    }
  } finally {
    await release()
  }
}

/** Deletes the plan files of a run: they hold secrets, and are of use for one apply only. */
export async function dropPlansIn(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(names.filter((name) => name.endsWith('.tfplan')).map((name) => rm(path.join(folder, name), { force: true })))
}

function recordingReporter(reporter: Reporter, record: RunRecord): Reporter {
  return {
    emit(event: ReportEvent) {
      if (event.type === 'step-finished') {
        const { id, title, outcome, durationMs, detail } = event
        record.steps.push({ id, title, outcome, durationMs, ...(detail !== undefined && { detail }) })
      }
      if (event.type === 'step-failed') {
        const { id, title, durationMs, message } = event
        record.steps.push({ id, title, outcome: 'failed', durationMs, detail: redactText(message) })
      }
      reporter.emit(event)
    },
  }
}
