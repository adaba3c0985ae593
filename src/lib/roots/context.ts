import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
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
}
