import { messageOf, UserError } from './errors.js'
import type { Ports } from './ports.js'
import type { StepOutcome } from './report.js'

export interface StepControl {
  progress(detail: string, count?: { done: number; total: number }): void
}

export interface StepResult {
  outcome: StepOutcome
  detail?: string
}

/**
 * One thing to be done. It can say whether it is already done, act, and check the result,
 * so running a list of steps again is how an interrupted run is finished.
 */
export interface Step {
  id: string
  title: string
  /** True, or a text that says what was found, when there is nothing to do. */
  isDone?: () => Promise<boolean | string>
  run: (control: StepControl) => Promise<StepResult | void>
  /** Reads the result back. Rejects with `UserError('VerifyFailed')` when it is not what the step promised. */
  verify?: () => Promise<void>
}

export type StepsPorts = Pick<Ports, 'report' | 'clock' | 'signal'>

export interface StepSummary {
  id: string
  title: string
  outcome: StepOutcome
  durationMs: number
  detail?: string
}

/**
 * Runs the steps in order and reports each one.
 * @returns what each step did; `changed` tells whether any of them did something.
 * @throws the first step's error, after reporting it; `Interrupted` when the signal fired between steps.
 */
export async function runSteps(
  ports: StepsPorts,
  title: string,
  steps: readonly Step[],
): Promise<{ results: StepSummary[]; changed: boolean }> {
  ports.report.emit({ type: 'steps-declared', title, steps: steps.map(({ id, title }) => ({ id, title })) })
  const results: StepSummary[] = []
  try {
    for (const step of steps) {
      throwIfAborted(ports.signal)
      results.push(await runStep(ports, step))
    }
  } finally {
    ports.report.emit({ type: 'steps-ended' })
  }
  return { results, changed: results.some(({ outcome }) => outcome === 'done') }
}

async function runStep(ports: StepsPorts, step: Step): Promise<StepSummary> {
  const { id, title } = step
  const startedAt = ports.clock.now().getTime()
  const elapsed = (): number => ports.clock.now().getTime() - startedAt
  ports.report.emit({ type: 'step-started', id, title })
  try {
    const result = await carryOut(ports, step)
    const summary: StepSummary = { id, title, durationMs: elapsed(), ...result }
    ports.report.emit({ type: 'step-finished', ...summary })
    return summary
  } catch (error) {
    const stopped = isStop(error, ports.signal)
    ports.report.emit({ type: 'step-failed', id, title, durationMs: elapsed(), message: messageOf(error), ...(stopped && { stopped }) })
    throw error
  }
}

/** Whether an error is what an interrupt or the time limit leads to. What has no code after one is most likely its consequence. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  return error instanceof UserError ? error.code === 'Interrupted' || error.code === 'TimedOut' : signal.aborted
}

async function carryOut(ports: StepsPorts, step: Step): Promise<StepResult> {
  const found = await step.isDone?.()
  if (found !== undefined && found !== false) {
    return { outcome: 'unchanged', ...(typeof found === 'string' && { detail: found }) }
  }
  const control: StepControl = {
    progress: (detail, count) => {
      ports.report.emit({ type: 'step-progress', id: step.id, detail, ...count })
    },
  }
  const result = (await step.run(control)) ?? { outcome: 'done' }
  await step.verify?.()
  return result
}

/** Throws `Interrupted` (or the signal's own `UserError`, such as `TimedOut`) when the signal has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return
  if (signal.reason instanceof UserError) throw signal.reason
  throw new UserError('Interrupted', 'Stopped before the end.', { next: ['Run the same command again to go on.'] })
}
