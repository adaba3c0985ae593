/** How a step ended. `unchanged`: there was nothing to do. `checked`: it only looks, and all is well. */
export type StepOutcome = 'done' | 'unchanged' | 'checked' | 'skipped' | 'planned'

/** A plan as a person confirms it. */
export interface PlanReport {
  environment: string
  changes: { add: number; change: number; destroy: number; replace: number; import: number }
  resources: ReadonlyArray<{ address: string; actions: readonly string[]; imported: boolean; holdsData: boolean }>
}

/**
 * What use cases tell the world. Events are data; the renderers in `ui` turn them into a task list, plain lines or nothing.
 * Step ids may be nested with a slash (`apply/cluster`).
 */
export type ReportEvent =
  /** `concurrent`: several of them run at the same time. */
  | { type: 'steps-declared'; title: string; steps: ReadonlyArray<{ id: string; title: string }>; concurrent?: true }
  | { type: 'step-started'; id: string; title: string }
  | { type: 'step-progress'; id: string; detail: string; done?: number; total?: number }
  | { type: 'step-finished'; id: string; title: string; outcome: StepOutcome; durationMs: number; detail?: string }
  /** `stopped`: somebody, or the time limit, ended it; nothing is wrong with the step. */
  | { type: 'step-failed'; id: string; title: string; durationMs: number; message: string; stopped?: true }
  | { type: 'steps-ended' }
  | { type: 'plan-made'; plan: PlanReport }
  | { type: 'info'; message: string }
  | { type: 'warning'; message: string }

export interface Reporter {
  emit(event: ReportEvent): void
}

/** A reporter that says nothing. */
export const silentReporter: Reporter = { emit: () => undefined }
