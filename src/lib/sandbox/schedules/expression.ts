import { Cron } from 'croner'

/** When a schedule is due (Amazon EventBridge Scheduler User Guide, "Schedule types"). */
export interface Timing {
  expression: string
  /** Name of a time zone of `at` and `cron`. */
  timeZone: string
  /** When it was made or last changed. */
  since: Date
  start: Date | undefined
  end: Date | undefined
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * The first moment after `last` at which a schedule is due, or undefined when there is none any more.
 * @param last when it was due the last time; undefined when it never was.
 */
export function nextDue(timing: Timing, last: Date | undefined): Date | undefined {
  const due = dueAfter(timing, last)
  return due && timing.end && due > timing.end ? undefined : due
}

export function isOnce({ expression }: Pick<Timing, 'expression'>): boolean {
  return expression.startsWith('at(')
}

function dueAfter(timing: Timing, last: Date | undefined): Date | undefined {
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(timing.expression) ?? []
  const begin = timing.start && timing.start > timing.since ? timing.start : timing.since
  try {
    switch (kind) {
      // One that is in the past when it is made is due at once.
      case 'at':
        return last ? undefined : (moment(inner, timing.timeZone) ?? timing.since)
      case 'rate':
        return afterRate(inner, begin, last)
      case 'cron':
        return afterCron(inner, timing.timeZone, last ?? begin)
      default:
        return undefined
    }
  } catch {
    // What Scheduler would have refused.
    return undefined
  }
}

/** The first time at once, then always in the same distance from the beginning. */
function afterRate(inner: string, begin: Date, last: Date | undefined): Date | undefined {
  const [, count, unit] = /^(\d+) (minute|hour|day)s?$/.exec(inner) ?? []
  const step = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN)
  if (Number.isNaN(step) || step === 0) return undefined
  if (!last) return begin
  return new Date(begin.getTime() + (Math.floor((last.getTime() - begin.getTime()) / step) + 1) * step)
}

/** Six fields, of which the days of a week begin with Sunday as 1. */
function afterCron(inner: string, timeZone: string, after: Date): Date | undefined {
  const fields = inner.trim().split(/\s+/)
  if (fields.length !== 6) return undefined
  const pattern = `0 ${fields.map((field) => (field === '?' ? '*' : field)).join(' ')}`
  return new Cron(pattern, { timezone: timeZone, alternativeWeekdays: true, sloppyRanges: true, paused: true }).nextRun(after) ?? undefined
}

function moment(text: string, timeZone: string): Date | undefined {
  return new Cron(text, { timezone: timeZone, paused: true }).nextRun(new Date(0)) ?? undefined
}
