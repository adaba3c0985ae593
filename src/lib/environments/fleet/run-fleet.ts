import { UserError } from '../../core/errors.js'
import { throwIfAborted } from '../../core/steps.js'
import type { RootContext } from '../../roots/context.js'
import type { Root } from '../../roots/root.js'
import { concurrencyLimit, Slots } from './concurrency.js'
import { MemberReporter, type LogMode } from './member-reporter.js'

export const failureModes = ['fail-fast', 'keep-going'] as const
export type FailureMode = (typeof failureModes)[number]

export interface FleetOptions {
  title: string
  maxConcurrency?: number
  failureMode: FailureMode
  logs: LogMode
  /** The next root is prepared while others plan: the work does `turns` of its context for what takes much memory. */
  preparesAhead?: boolean
  /** Told of each root that is not begun. */
  onSkipped?: (root: Root) => void
}

/** How one root ended. */
export type Outcome<T> = { root: Root; durationMs: number } & (
  | { status: 'done'; value: T }
  | { status: 'failed'; error: UserError }
  /** It was not begun. */
  | { status: 'skipped'; reason: string }
)

export interface Member {
  context: RootContext
  root: Root
  /** Gives the place of this root to another one while something is waited for. */
  pause: <P>(wait: () => Promise<P>) => Promise<P>
}

/**
 * Works on many roots: wave after wave, and those of one wave at once, as far as cores and memory allow. What has begun is let finish.
 * After a failure, `fail-fast` begins nothing more, and `keep-going` leaves out only what takes values from the one that failed.
 * @returns how each one ended, in the order of the waves.
 * @throws `Interrupted` and `TimedOut` only: what fails in one root is its outcome.
 */
export async function runFleet<T>(
  context: RootContext,
  waves: ReadonlyArray<readonly Root[]>,
  options: FleetOptions,
  work: (member: Member) => Promise<{ value: T; detail: string }>,
): Promise<Array<Outcome<T>>> {
  const { ports } = context
  const limit = concurrencyLimit(options.maxConcurrency)
  // Who asks for one at a time gets one at a time.
  const ahead = options.preparesAhead === true && limit > 1 ? 1 : 0
  const slots = new Slots(limit + ahead)
  const shared: RootContext = {
    ...context,
    findPrograms: once((progress) => context.findPrograms(progress)),
    ...(ahead > 0 && { turns: new Slots(limit) }),
  }
  const outcomes: Array<Outcome<T>> = []
  const roots = waves.flat()
  ports.report.emit({
    type: 'steps-declared',
    title: options.title,
    steps: roots.map(({ name }) => ({ id: name, title: name })),
    concurrent: true,
  })
  try {
    for (const wave of waves) {
      const ended = await Promise.all(wave.map((root) => slots.run((pause) => workOn(shared, root, pause))))
      // What ended first is noted first; the result has the order of the waves.
      outcomes.splice(0, outcomes.length, ...outcomes.filter(({ root }) => !wave.includes(root)), ...ended)
      throwIfAborted(ports.signal)
    }
  } finally {
    ports.report.emit({ type: 'steps-ended' })
  }
  return outcomes

  async function skipped(root: Root, reason: string): Promise<Outcome<T>> {
    const { name } = root
    options.onSkipped?.(root)
    ports.report.emit({ type: 'step-finished', id: name, title: name, outcome: 'skipped', durationMs: 0, detail: reason })
    return { root, status: 'skipped', reason, durationMs: 0 }
  }

  async function workOn(context: RootContext, root: Root, pause: Member['pause']): Promise<Outcome<T>> {
    if (ports.signal.aborted) return skipped(root, 'stopped')
    const failed = outcomes.find(({ status }) => status === 'failed')
    if (options.failureMode === 'fail-fast' && failed) return skipped(root, `${failed.root.name} failed`)
    const missing = outcomes.find((each) => each.status !== 'done' && root.upstream.some(({ name }) => name === each.root.name))
    if (missing)
      return skipped(root, `it takes values from ${missing.root.name}, which ${missing.status === 'failed' ? 'failed' : 'was skipped'}`)
    const id = root.name
    const report = new MemberReporter(ports.report, id, options.logs)
    const startedAt = ports.clock.now().getTime()
    const took = (): number => ports.clock.now().getTime() - startedAt
    ports.report.emit({ type: 'step-started', id, title: id })
    try {
      const { value, detail } = await work({ context: { ...context, ports: { ...ports, report } }, root, pause })
      ports.report.emit({ type: 'step-finished', id, title: id, outcome: 'done', durationMs: took(), detail })
      return { root, status: 'done', value, durationMs: took() }
    } catch (error) {
      // A defect must show its stack, so it ends everything.
      if (!(error instanceof UserError)) throw error
      const stopped = error.code === 'Interrupted' || error.code === 'TimedOut'
      ports.report.emit({ type: 'step-failed', id, title: id, durationMs: took(), message: error.message, ...(stopped && { stopped }) })
      const outcome: Outcome<T> = { root, status: 'failed', error, durationMs: took() }
      outcomes.push(outcome)
      return outcome
    } finally {
      report.flush()
    }
  }
}

/** The programs are the same for every root: found, or installed, once. */
function once(find: RootContext['findPrograms']): RootContext['findPrograms'] {
  let found: ReturnType<RootContext['findPrograms']> | undefined
  return (progress) => (found ??= find(progress))
}
