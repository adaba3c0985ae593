import type { Clock } from '../core/ports.js'
import type { Reporter, ReportEvent } from '../core/report.js'
import { LiveList } from './live-list.js'
import { PlainReporter } from './plain-reporter.js'
import { renderPlan } from './plan-view.js'
import type { Occupant, Screen } from './screen.js'

/** Draws the declared steps as a list that is updated in place. For terminals only. */
export class LiveReporter implements Reporter, Occupant {
  readonly #screen: Screen
  readonly #clock: Pick<Clock, 'now'>
  #list: LiveList | undefined
  #closed: Promise<void> = Promise.resolve()
  /** Lists inside the one that is drawn: their steps show as its detail. */
  #depth = 0
  /** Takes over where there is no list: outside of steps, or after a question in the middle of one. */
  #plain: PlainReporter | undefined

  constructor(screen: Screen, clock: Pick<Clock, 'now'>) {
    this.#screen = screen
    this.#clock = clock
  }

  emit(event: ReportEvent): void {
    switch (event.type) {
      case 'steps-declared':
        this.#declare(event)
        break
      case 'steps-ended':
        this.#end()
        break
      case 'plan-made':
        this.#screen.message(renderPlan(event.plan, this.#screen.messageStyle))
        break
      case 'info':
        this.#tell(event.message)
        break
      case 'warning':
        this.#tell(this.#screen.messageStyle.yellow(`Warning: ${event.message}`))
        break
      default:
        this.#step(event)
    }
  }

  async release(): Promise<void> {
    if (this.#list) {
      this.#list.close()
      this.#list = undefined
      this.#plain = new PlainReporter(this.#screen, this.#clock)
    }
    await this.#closed
  }

  #declare({ title, steps, concurrent }: Extract<ReportEvent, { type: 'steps-declared' }>): void {
    this.#depth += 1
    if (this.#depth > 1) return
    // What was said between two lists belongs between them.
    const said = this.#screen.waiting
    const after = this.#closed.then(() => this.#screen.catchUp(said))
    const list = new LiveList(steps, {
      title,
      concurrent: concurrent === true,
      stream: this.#screen.stderr,
      style: this.#screen.messageStyle,
      after,
    })
    this.#list = list
    this.#plain = undefined
    const free = this.#screen.occupy(this)
    const closed = list.closed.then(() => {
      // A later list may already wait for this one; the terminal is free when the last one has ended.
      if (this.#closed === closed) free()
    })
    this.#closed = closed
  }

  #end(): void {
    this.#depth = Math.max(0, this.#depth - 1)
    if (this.#depth > 0) return
    this.#list?.close()
    this.#list = undefined
  }

  #step(event: Extract<ReportEvent, { id: string }>): void {
    const plain = this.#list ? this.#plain : (this.#plain ??= new PlainReporter(this.#screen, this.#clock))
    if (plain) {
      plain.emit(event)
      return
    }
    const now = this.#clock.now().getTime()
    switch (event.type) {
      case 'step-started':
        this.#list?.start(event.id, now)
        if (this.#depth > 1) this.#list?.progress(event.id, event.title, now)
        break
      case 'step-progress': {
        const { done, total } = event
        this.#list?.progress(event.id, event.detail, now, done === undefined || total === undefined ? undefined : { done, total })
        break
      }
      case 'step-finished':
        this.#list?.finish(event.id, event.outcome, event.durationMs, event.detail)
        break
      case 'step-failed':
        this.#list?.fail(event.id, event.durationMs, event.stopped === true)
        break
    }
  }

  /** Shown at once in the list, and kept below it when it has ended. */
  #tell(text: string): void {
    this.#list?.note(text)
    this.#screen.message(text)
  }
}
