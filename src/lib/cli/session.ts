import { isatty } from 'node:tty'
import { systemClock } from '../core/clock.js'
import { ExitCode } from '../core/exit-codes.js'
import type { Ports, Prompter } from '../core/ports.js'
import type { Reporter } from '../core/report.js'
import { createPrompter } from '../ui/prompter.js'
import { createReporter, reportMode } from '../ui/reporter.js'
import type { Screen } from '../ui/screen.js'
import { InterruptWatch } from './interrupts.js'
import { isCi } from './invocation.js'
import { createScreen, presentError } from './output.js'
import { createPorts } from './wiring.js'

export interface SessionOptions {
  json: boolean
  quiet: boolean
  color: boolean
  yes: boolean
  /** What stands on the command line after the program's name. */
  commandLine?: readonly string[]
}

/** One run of one command: the terminal, the signals and the ports that are made of them. */
export class Session {
  readonly screen: Screen
  readonly ports: Ports
  readonly #watch: InterruptWatch

  constructor(options: SessionOptions) {
    this.screen = createScreen(options.color)
    const report = this.#createReporter(options)
    this.#watch = new InterruptWatch({
      source: process,
      onFirst: (signal) => {
        const second = signal === 'SIGINT' ? 'Press Ctrl-C again' : 'Send the signal again'
        report.emit({ type: 'warning', message: `Stopping cleanly. ${second} to stop at once.` })
      },
      end: (error) => {
        this.screen.abandon()
        presentError(error, { json: options.json, screen: this.screen })
        process.exit(ExitCode.interrupted)
      },
    })
    this.ports = createPorts({
      report,
      ask: this.#createPrompter(options),
      signal: this.#watch.signal,
      interrupts: this.#watch,
      ...(options.commandLine && { commandLine: options.commandLine }),
    })
  }

  /** Aborts the run with `TimedOut` after this many milliseconds. */
  limit(ms: number): void {
    this.#watch.limit(ms)
  }

  /** Waits until everything is written, and stops listening to signals. */
  async close(): Promise<void> {
    await this.screen.settled()
    this.#watch.dispose()
  }

  #createReporter(options: SessionOptions): Reporter {
    const isTTY = this.screen.stderr.isTTY === true
    const mode = reportMode({ quiet: options.quiet, json: options.json, ci: isCi(process.env), isTTY, term: process.env['TERM'] })
    return createReporter(mode, this.screen, systemClock)
  }

  #createPrompter(options: SessionOptions): Prompter {
    // As `process.stdin.isTTY`, which would open the stream.
    const interactive = isatty(0) && this.screen.stderr.isTTY === true && !options.json && !isCi(process.env)
    return createPrompter({ interactive, yes: options.yes, screen: this.screen, signal: this.#watch.signal })
  }
}
