import { formatDuration } from '../core/duration.js'
import type { Clock } from '../core/ports.js'
import type { Reporter, ReportEvent } from '../core/report.js'
import { renderPlan } from './plan-view.js'
import type { Screen } from './screen.js'

/** Progress of a step is shown at most this often, so that the log of a CI service stays readable. */
const PROGRESS_EVERY_MS = 10_000
/** The same progress again, so that nobody takes a long wait for the end. */
const SAME_PROGRESS_EVERY_MS = 60_000

/** One line for each start and end of a step on stderr, with the time since the command began. */
export class PlainReporter implements Reporter {
  readonly #screen: Screen
  readonly #clock: Pick<Clock, 'now'>
  readonly #beganAt: number
  readonly #titles = new Map<string, string>()
  readonly #lastShown = new Map<string, { at: number; text?: string }>()

  constructor(screen: Screen, clock: Pick<Clock, 'now'>) {
    this.#screen = screen
    this.#clock = clock
    this.#beganAt = clock.now().getTime()
  }

  emit(event: ReportEvent): void {
    switch (event.type) {
      case 'steps-declared':
        this.#line(event.title)
        break
      case 'step-started':
        this.#titles.set(event.id, event.title)
        this.#lastShown.set(event.id, { at: this.#now() })
        this.#line(`${event.title} …`)
        break
      case 'step-progress':
        this.#progress(event)
        break
      case 'step-finished':
        this.#line(
          `${event.title}: ${withDetail(event.outcome === 'done' ? `done in ${formatDuration(event.durationMs)}` : event.outcome === 'checked' ? 'ok' : event.outcome, event.detail)}`,
        )
        break
      case 'step-failed':
        this.#line(`${event.title}: ${event.stopped === true ? 'stopped' : 'failed'} after ${formatDuration(event.durationMs)}`)
        break
      case 'plan-made':
        this.#screen.message(renderPlan(event.plan, this.#screen.messageStyle))
        break
      case 'info':
        this.#line(event.message)
        break
      case 'warning':
        this.#line(`Warning: ${event.message}`)
        break
      case 'steps-ended':
        break
    }
  }

  #progress(event: Extract<ReportEvent, { type: 'step-progress' }>): void {
    const now = this.#now()
    const count = event.done === undefined || event.total === undefined ? '' : `${event.done}/${event.total} `
    const text = `${count}${event.detail}`
    const last = this.#lastShown.get(event.id)
    if (last && now - last.at < (last.text === text ? SAME_PROGRESS_EVERY_MS : PROGRESS_EVERY_MS)) return
    this.#lastShown.set(event.id, { at: now, text })
    this.#line(`${this.#titles.get(event.id) ?? event.id} … ${text}`)
  }

  #line(text: string): void {
    this.#screen.message(`${this.#screen.messageStyle.dim(`[${formatDuration(this.#now() - this.#beganAt)}]`)} ${text}`)
  }

  #now(): number {
    return this.#clock.now().getTime()
  }
}

function withDetail(text: string, detail: string | undefined): string {
  return detail === undefined || detail === '' ? text : `${text} (${detail})`
}
