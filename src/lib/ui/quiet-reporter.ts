import type { Reporter, ReportEvent } from '../core/report.js'
import { renderPlan } from './plan-view.js'
import type { Screen } from './screen.js'

/** No progress. Warnings, and the plan that a question may ask about, still show. */
export class QuietReporter implements Reporter {
  readonly #screen: Screen

  constructor(screen: Screen) {
    this.#screen = screen
  }

  emit(event: ReportEvent): void {
    if (event.type === 'warning') this.#screen.message(`Warning: ${event.message}`)
    if (event.type === 'plan-made') this.#screen.message(renderPlan(event.plan, this.#screen.messageStyle))
  }
}
