import type { Reporter, ReportEvent } from '../../core/report.js'

/** summary: only how far each root is. grouped: its lines together when it has ended. streamed: each line at once, with its name. */
export const logModes = ['summary', 'grouped', 'streamed'] as const
export type LogMode = (typeof logModes)[number]

/** Turns what one root of a fleet reports into progress of its row in the list of all. */
export class MemberReporter implements Reporter {
  readonly #parent: Reporter
  readonly #name: string
  readonly #mode: LogMode
  readonly #lines: string[] = []
  #title = ''

  constructor(parent: Reporter, name: string, mode: LogMode) {
    this.#parent = parent
    this.#name = name
    this.#mode = mode
  }

  emit(event: ReportEvent): void {
    switch (event.type) {
      case 'step-started':
        this.#title = event.title
        this.#progress(event.title)
        break
      case 'step-progress': {
        const { done, total } = event
        this.#progress(`${this.#title}: ${event.detail}`, done === undefined || total === undefined ? undefined : { done, total })
        break
      }
      case 'step-finished':
        this.#line(`${event.title}: ${event.detail ?? event.outcome}`)
        break
      case 'step-failed':
        this.#line(`${event.title}: ${event.stopped === true ? 'stopped' : 'failed'}`)
        break
      case 'info':
        this.#line(event.message)
        break
      case 'warning':
        this.#parent.emit({ type: 'warning', message: `${this.#name}: ${event.message}` })
        break
      case 'plan-made':
        this.#parent.emit(event)
        break
      case 'steps-declared':
      case 'steps-ended':
        break
    }
  }

  /** Prints what was held back. */
  flush(): void {
    if (this.#mode !== 'grouped' || this.#lines.length === 0) return
    this.#parent.emit({ type: 'info', message: [`${this.#name}:`, ...this.#lines.map((line) => `  ${line}`)].join('\n') })
    this.#lines.length = 0
  }

  #progress(detail: string, count?: { done: number; total: number }): void {
    this.#parent.emit({ type: 'step-progress', id: this.#name, detail, ...count })
  }

  #line(text: string): void {
    if (this.#mode === 'streamed') this.#parent.emit({ type: 'info', message: `${this.#name}: ${text}` })
    else this.#lines.push(text)
  }
}
