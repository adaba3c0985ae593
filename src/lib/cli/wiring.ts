import { systemClock } from '../core/clock.js'
import { execProgram } from '../core/exec.js'
import type { Interrupts, Ports, Prompter } from '../core/ports.js'
import { systemProcesses } from '../core/processes.js'
import type { Reporter } from '../core/report.js'

/** Builds the real ports, once for each command. */
export function createPorts(parts: {
  report: Reporter
  ask: Prompter
  signal: AbortSignal
  interrupts: Interrupts
  commandLine?: readonly string[]
}): Ports {
  return { exec: execProgram, processes: systemProcesses, clock: systemClock, env: { ...process.env }, ...parts }
}
