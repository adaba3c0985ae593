import { systemClock } from '../core/clock.js'
import { UserError } from '../core/errors.js'
import { execProgram } from '../core/exec.js'
import type { Ports } from '../core/ports.js'
import { systemProcesses } from '../core/processes.js'
import { silentReporter } from '../core/report.js'

/** Builds the real ports, once for each command. */
export function createPorts(_options: { json: boolean; quiet: boolean; color: boolean }): Ports {
  const refuse = (question: { flag: string }): never => {
    throw new UserError('InputNeeded', `An answer is needed, but there is no terminal. Give ${question.flag}.`)
  }
  return {
    exec: execProgram,
    processes: systemProcesses,
    report: silentReporter,
    ask: { interactive: false, confirm: async (q) => refuse(q), input: async (q) => refuse(q), select: async (q) => refuse(q) },
    clock: systemClock,
    signal: new AbortController().signal,
    env: { ...process.env },
  }
}
