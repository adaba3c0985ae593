import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import { throwIfAborted, type Step } from '../core/steps.js'
import type { AwsTarget } from '../core/target.js'

/** Programs that a root module needs. */
export interface RootPrograms {
  /** Path of `terraform` or `tofu`. */
  terraform: string
  /** Terraform CLI configuration that names where providers come from. */
  cliConfig: string
}

/** Tells how far something long has come. */
export type Progress = (detail: string, count?: { done: number; total: number }) => void

/** What the command line hands to the use cases that plan and apply. */
export interface RootContext {
  ports: Ports
  project: Project
  target: AwsTarget
  /** Finds the programs, installing what is missing. */
  findPrograms(progress: Progress): Promise<RootPrograms>
  /** Where several roots are worked on: lets only so many start the providers of Terraform, which take most of the memory. */
  turns?: { run<T>(work: () => Promise<T>): Promise<T> }
}

/** A step that starts the providers, and waits for its turn to do so. */
export function inTurn({ turns, ports }: Pick<RootContext, 'turns' | 'ports'>, step: Step): Step {
  if (!turns) return step
  const run: Step['run'] = (control) =>
    turns.run(async () => {
      throwIfAborted(ports.signal)
      return step.run(control)
    })
  return { ...step, run }
}
