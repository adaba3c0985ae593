import type { ImportBlock } from '../aws/existing/plan-imports.js'
import type { RootName } from '../templates/shipped.js'

/** Where a state lies, and whose account and region that is. */
export interface StatePlace {
  /** What the journal, locks, tags and messages call the root: the environment's name, or `shared`. */
  name: string
  account: { id: string; roleArn?: string }
  region: string
  /** Key of the state in the state bucket of this account and region. */
  stateKey: string
}

/** Outputs of the roots that another one is built on, by name. What was never applied is missing. */
export type UpstreamOutputs = ReadonlyMap<string, Record<string, unknown>>

/** The order in which roots are built on each other. */
export const stages = ['shared', 'management', 'workload'] as const
export type Stage = (typeof stages)[number]

/** A root module with a state of its own: an environment, or what environments share. */
export interface Root extends StatePlace {
  stage: Stage
  /** Its name among the templates. */
  template: RootName
  /** Its folder, relative to the repository. */
  folder: string
  /** The configuration file to change, relative to the repository. */
  file: string
  /** What stands behind it in a few words, for the step that checks the configuration. */
  summary: string
  /** Refuses to be destroyed. */
  protection: boolean
  /** How protection is taken off, as a sentence. */
  unprotect: string
  /** The EKS cluster in it. */
  cluster?: string
  /**
   * What platform did not make: the module that describes it, and how it gets into the state. It is imported when a plan is made, and
   * forgotten, not destroyed, with the root.
   */
  foreign?: { module: string; imports: readonly ImportBlock[] }
  /** The commands that work on it, for messages. */
  commands: { plan: string; apply: string; destroy: string; origins: string }
  /** Roots whose outputs some of the values come from. */
  upstream: readonly StatePlace[]
  /** The values of its variables, as `terraform.tfvars.json` holds them. A value that is not known yet is left at null. */
  values(outputs: UpstreamOutputs): Record<string, unknown>
}
