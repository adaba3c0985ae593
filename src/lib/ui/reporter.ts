import type { Clock } from '../core/ports.js'
import type { Reporter } from '../core/report.js'
import { LiveReporter } from './live-reporter.js'
import { PlainReporter } from './plain-reporter.js'
import { QuietReporter } from './quiet-reporter.js'
import type { Screen } from './screen.js'

export type ReportMode = 'live' | 'plain' | 'quiet'

/** How progress is shown: a live list for a person at a terminal, lines for logs, only warnings and plans with `--quiet`. */
export function reportMode(options: { quiet: boolean; json: boolean; ci: boolean; isTTY: boolean; term: string | undefined }): ReportMode {
  if (options.quiet) return 'quiet'
  return options.isTTY && !options.ci && !options.json && options.term !== 'dumb' ? 'live' : 'plain'
}

/** The reporter of a mode. All of them write to stderr only. */
export function createReporter(mode: ReportMode, screen: Screen, clock: Pick<Clock, 'now'>): Reporter {
  if (mode === 'quiet') return new QuietReporter(screen)
  return mode === 'live' ? new LiveReporter(screen, clock) : new PlainReporter(screen, clock)
}
