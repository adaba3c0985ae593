import { isOnce, nextDue, type Timing } from './expression.js'

/** A schedule with a universal target, as the emulator's GetSchedule tells it. */
export interface ScheduleDocument extends Record<string, unknown> {
  Arn: string
  Name: string
  GroupName: string
  State?: string
  ScheduleExpression: string
  ScheduleExpressionTimezone?: string
  /** In seconds. */
  StartDate?: number
  EndDate?: number
  CreationDate?: number
  LastModificationDate?: number
  ActionAfterCompletion?: string
  FlexibleTimeWindow?: { Mode?: string; MaximumWindowInMinutes?: number }
  Target: {
    Arn: string
    RoleArn: string
    Input?: string
    RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number }
    DeadLetterConfig?: { Arn?: string }
  }
}

/** One time at which it is carried out. */
export interface Execution {
  id: string
  /** When it was due. */
  dueAt: string
  /** When the next attempt is made. */
  at: string
  attempts: number
}

/** A schedule and how far it is. */
export interface KeptSchedule extends Record<string, unknown> {
  region: string
  document: ScheduleDocument
  /** Undefined when it is never due again. */
  dueAt?: string
  lastDueAt?: string
  execution?: Execution
}

/** A schedule that was made or changed. @param before what was kept of it. */
export function keptSchedule(document: ScheduleDocument, region: string, before: KeptSchedule | undefined): KeptSchedule {
  const isSame =
    before?.document.ScheduleExpression === document.ScheduleExpression &&
    before.document.ScheduleExpressionTimezone === document.ScheduleExpressionTimezone
  const last = isSame ? before.lastDueAt : undefined
  const due = document.State === 'DISABLED' ? undefined : nextDue(timingOf(document), last === undefined ? undefined : new Date(last))
  return {
    region,
    document,
    ...(due && { dueAt: due.toISOString() }),
    ...(last !== undefined && { lastDueAt: last }),
    ...(before?.execution && { execution: before.execution }),
  }
}

/** The same schedule when it became due, with the execution that this begins. One that was missed several times is carried out once. */
export function begun(kept: KeptSchedule, id: string, now: Date, random: () => number): KeptSchedule {
  const { document, region } = kept
  const dueAt = kept.dueAt ?? now.toISOString()
  const next = nextDue(timingOf(document), isOnce({ expression: document.ScheduleExpression }) ? new Date(dueAt) : now)
  const window = document.FlexibleTimeWindow?.Mode === 'FLEXIBLE' ? (document.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) : 0
  const at = new Date(Math.max(now.getTime(), Date.parse(dueAt) + Math.floor(random() * window * 60_000)))
  const execution: Execution = { id, dueAt, at: at.toISOString(), attempts: 0 }
  return { region, document, lastDueAt: dueAt, execution, ...(next && { dueAt: next.toISOString() }) }
}

/** The same schedule with another execution, or none. */
export function withExecution({ document, dueAt, lastDueAt, region }: KeptSchedule, execution: Execution | undefined): KeptSchedule {
  return {
    region,
    document,
    ...(dueAt !== undefined && { dueAt }),
    ...(lastDueAt !== undefined && { lastDueAt }),
    ...(execution && { execution }),
  }
}

/** The same schedule as if it had been carried out whenever it was due until now. */
export function passedOver(kept: KeptSchedule, now: Date): KeptSchedule {
  return kept.dueAt !== undefined && Date.parse(kept.dueAt) <= now.getTime()
    ? withExecution(
        begun(kept, '', now, () => 0),
        undefined,
      )
    : kept
}

/** Whether nothing comes any more. */
export function isOver({ dueAt, execution }: KeptSchedule): boolean {
  return dueAt === undefined && execution === undefined
}

function timingOf(document: ScheduleDocument): Timing {
  const date = (seconds: number | undefined): Date | undefined => (seconds === undefined ? undefined : new Date(seconds * 1000))
  return {
    expression: document.ScheduleExpression,
    timeZone: document.ScheduleExpressionTimezone ?? 'UTC',
    since: date(document.LastModificationDate ?? document.CreationDate) ?? new Date(0),
    start: date(document.StartDate),
    end: date(document.EndDate),
  }
}
