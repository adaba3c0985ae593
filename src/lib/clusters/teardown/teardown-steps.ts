import { existsSync } from 'node:fs'
import path from 'node:path'
import { AwsClients } from '../../aws/clients.js'
import { readClusterDetails } from '../../aws/cluster-details.js'
import { findManagement } from '../../config/management.js'
import { UserError } from '../../core/errors.js'
import { isLoopbackUrl } from '../../core/loopback.js'
import type { Step, StepControl, StepResult } from '../../core/steps.js'
import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import { accessSteps } from '../bootstrap/access-steps.js'
import { environmentOf } from '../bootstrap/bootstrap.js'
import { type ClusterLink, openCluster } from '../bootstrap/cluster-link.js'
import type { BootstrapContext } from '../bootstrap/context.js'
import { unregisterSteps } from '../bootstrap/unregister.js'
import { type BootstrapOptions, Work } from '../bootstrap/work.js'
import { findCluster } from '../find-cluster.js'
import { type CloudObject, removeCloudObjects } from './cluster-contents.js'

/** Time for the controllers of one kind of object. */
const PATIENCE_MS = 3 * 60_000

/** With these a cluster is not there, or lets nobody in: what it made is swept in AWS itself. */
const PASSED_OVER = new Set(['ClusterNotFound', 'ClusterNotReady', 'KubernetesUnreachable', 'KubernetesRefused', 'ManagementMissing'])

/**
 * What has to happen in Kubernetes before the cluster of an environment goes: the syncing stops, so that nobody brings back what goes; then
 * Kubernetes removes what it made in AWS, while its controllers still run. Each step may find its work done, and a cluster that cannot be
 * asked is passed over with a warning.
 */
export class Teardown {
  readonly #context: BootstrapContext
  readonly #options: Omit<BootstrapOptions, 'dryRun' | 'wait'> & { keepsCluster?: boolean }
  readonly #closing: Array<() => Promise<void>> = []

  /** @param options.keepsCluster the cluster itself stays: only Argo CD of the management cluster forgets it. */
  constructor(context: BootstrapContext, options: Omit<BootstrapOptions, 'dryRun' | 'wait'> & { keepsCluster?: boolean }) {
    this.#context = context
    this.#options = options
  }

  steps = async (): Promise<Step[]> => {
    const context = this.#context
    const environment = environmentOf(context, this.#options.environment)
    if (!(await mayBeAsked(context, environment.name))) return []
    const usesGitOps = existsSync(path.join(context.project.directory, 'gitops', 'bootstrap', 'root.yaml'))
    const { keepsCluster = false } = this.#options
    const contents = keepsCluster ? [] : passingOver(context, [contentsStep(context, this.#open)])
    if (!usesGitOps) return contents
    if (environment.role === 'management' && keepsCluster) return []
    if (environment.role === 'management') return [...passingOver(context, [stopStep(this.#open)]), ...contents]
    const management = findManagement(context.project)
    if (!management) return contents
    const work = new Work(context, { ...this.#options, dryRun: false, wait: false }, { environment, management })
    this.#closing.push(async () => {
      for (const cleanUp of work.cleanUp.reverse()) await cleanUp()
    })
    return [...passingOver(context, [...accessSteps(work, { cluster: false }), ...unregisterSteps(work)]), ...contents]
  }

  /** Removes what the steps left on this machine, and lets go what they hold. */
  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close()
  }

  readonly #open = async (control: StepControl): Promise<ClusterLink> => {
    const { environment, roleArn } = this.#options
    const programs = { kubectl: await this.#context.findKubectl((detail, count) => control.progress(detail, count)), helm: '' }
    const link = await openCluster(this.#context, environment, { roleArn, programs })
    this.#closing.push(async () => link.close())
    return link
  }
}

/** A cluster that is gone, or one of a sandbox that has no API server, has nothing to say. */
async function mayBeAsked(context: BootstrapContext, name: string): Promise<boolean> {
  const { environment, connection } = await findCluster(context, name)
  const details = await readClusterDetails(new AwsClients(connection), environment.cluster.name)
  const endpoint = details?.access.endpoint
  return endpoint !== undefined && (context.target.kind === 'aws' || isLoopbackUrl(endpoint))
}

/** Once one of the steps finds the cluster out of reach, the others are left out. */
function passingOver({ ports }: Pick<BootstrapContext, 'ports'>, steps: readonly Step[]): Step[] {
  let reason: string | undefined
  const pass = (error: unknown): void => {
    if (!(error instanceof UserError) || !PASSED_OVER.has(error.code)) throw error
    reason = error.message
    ports.report.emit({ type: 'warning', message: `${error.message} What it made in AWS is removed there.` })
  }
  return steps.map(({ id, title, isDone, run, verify }) => ({
    id: `cluster-${id}`,
    title,
    run: async (control): Promise<StepResult> => {
      if (reason !== undefined) return { outcome: 'unchanged', detail: 'left out' }
      try {
        const done = (await isDone?.()) ?? false
        if (done !== false) return { outcome: 'unchanged', ...(typeof done === 'string' && { detail: done }) }
        const result = await run(control)
        await verify?.()
        return result ?? { outcome: 'done' }
      } catch (error) {
        pass(error)
        return { outcome: 'unchanged', detail: 'left out' }
      }
    },
  }))
}

/** The management cluster syncs itself: its controllers are stopped, or they would bring back what goes. */
function stopStep(open: (control: StepControl) => Promise<ClusterLink>): Step {
  return {
    id: 'stop',
    title: 'Argo CD stops syncing',
    run: async (control) => {
      const { kubectl } = await open(control)
      let stopped = 0
      for (const resource of ['deployments.apps', 'statefulsets.apps']) {
        for (const { metadata, spec } of await kubectl.list(resource, {
          namespace: ARGOCD_NAMESPACE,
          selector: 'app.kubernetes.io/part-of=argocd',
        })) {
          const isController = /application(?:set)?-controller$/.test(metadata.name)
          if (!isController || (spec as { replicas?: number }).replicas === 0) continue
          await kubectl.patch({ resource, name: metadata.name, namespace: ARGOCD_NAMESPACE }, { spec: { replicas: 0 } })
          stopped += 1
        }
      }
      return stopped === 0 ? { outcome: 'unchanged' } : { outcome: 'done', detail: `${stopped} controllers` }
    },
  }
}

function contentsStep({ ports }: Pick<BootstrapContext, 'ports'>, open: (control: StepControl) => Promise<ClusterLink>): Step {
  return {
    id: 'contents',
    title: 'What Kubernetes made in AWS',
    run: async (control) => {
      const { kubectl } = await open(control)
      let removed = 0
      const stuck = await removeCloudObjects(ports, kubectl, {
        patienceMs: PATIENCE_MS,
        progress: (detail) => control.progress(detail),
        removed: () => (removed += 1),
      })
      for (const object of stuck) ports.report.emit({ type: 'warning', message: stuckText(object) })
      return removed === 0 ? { outcome: 'unchanged', detail: 'nothing' } : { outcome: 'done', detail: `${removed} objects` }
    },
  }
}

function stuckText({ title, finalizers }: CloudObject): string {
  return `${title} does not go: ${finalizers.length === 0 ? 'its controller does not answer' : `${finalizers.join(', ')} holds it`}. What it made in AWS is removed there.`
}
