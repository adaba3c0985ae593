import type { GitPlace } from '../../config/git-place.js'
import type { Environment } from '../../config/project.js'
import type { Step, StepResult } from '../../core/steps.js'
import type { OwnedFile } from '../../templates/owned-files.js'
import type { ChartWish } from './argocd-chart.js'
import type { ClusterLink } from './cluster-link.js'
import type { BootstrapContext } from './context.js'

export interface BootstrapOptions {
  environment: string
  dryRun: boolean
  /** Role to work under in the cluster, and in that of the management environment where it is in the same account. */
  roleArn?: string
  /** Until applications are synced and healthy. */
  wait: boolean
  /** Asks before the first step, once it is known that the environment is there. @throws `NotConfirmed` */
  confirm?: () => Promise<void>
  /** When it must be over, in milliseconds since 1970. */
  deadline: number
}

/** What the steps share: given at the start, and found by the first of them. */
export class Work {
  readonly context: BootstrapContext
  readonly options: BootstrapOptions
  readonly environment: Environment
  readonly management: Environment
  /** Run at the end, the last one first. */
  readonly cleanUp: Array<() => Promise<void>> = []
  /** The files of the repository that platform makes, and what becomes of them. */
  files: OwnedFile[] = []
  /** The commit that Argo CD must have seen. */
  commit: string | undefined
  #links: { cluster: ClusterLink; hub: ClusterLink; git: GitPlace } | undefined
  #chart: ChartWish | undefined

  constructor(context: BootstrapContext, options: BootstrapOptions, environments: { environment: Environment; management: Environment }) {
    this.context = context
    this.options = options
    this.environment = environments.environment
    this.management = environments.management
  }

  get isManagement(): boolean {
    return this.environment.name === this.management.name
  }

  found(links: { cluster: ClusterLink; hub: ClusterLink; git: GitPlace }): void {
    this.#links = links
  }

  /** The cluster that is worked on. */
  get cluster(): ClusterLink {
    return this.#given.cluster
  }

  /** The cluster in which Argo CD runs. */
  get hub(): ClusterLink {
    return this.#given.hub
  }

  get git(): GitPlace {
    return this.#given.git
  }

  get chart(): ChartWish {
    if (!this.#chart) throw new Error('the step "chart" has not run')
    return this.#chart
  }

  set chart(chart: ChartWish) {
    this.#chart = chart
  }

  /** How long a step may still take. */
  get remainingMs(): number {
    return Math.max(1000, this.options.deadline - this.context.ports.clock.now().getTime())
  }

  get #given() {
    if (!this.#links) throw new Error('the step "identity" has not run')
    return this.#links
  }
}

/** A step that changes something: with `--dry-run` it only says so. */
export function acting(work: Pick<Work, 'options'>, step: Step & { plan?: () => Promise<string> }): Step {
  const { plan, id, title, isDone } = step
  if (!work.options.dryRun) return step
  const run = async (): Promise<StepResult> => {
    const detail = await plan?.()
    return { outcome: 'planned', ...(detail !== undefined && { detail }) }
  }
  return { id, title, run, ...(isDone && { isDone }) }
}
