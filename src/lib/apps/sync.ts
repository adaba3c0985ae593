import { isSettled } from '../argocd/application.js'
import { noApplication, readApplication, refreshApplication, syncApplication } from '../argocd/argocd.js'
import { waitForApplications } from '../argocd/wait.js'
import { UserError } from '../core/errors.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import { runSteps, type Step, type StepSummary } from '../core/steps.js'
import type { AppsContext } from './context.js'
import { callerOf, refreshSet } from './deliver.js'
import { applicationName } from './model.js'
import { readOverlay } from './repository.js'

const LONGEST_LOOK_MS = 120_000

export interface SyncResult {
  app: string
  environment: string
  status: 'synced' | 'unchanged' | 'sent' | 'planned'
  revision: string | null
  steps: StepSummary[]
}

/** Has Argo CD bring what Git says, also where it would wait or is paused. */
export async function syncApp(
  context: AppsContext,
  place: { app: string; environment: string },
  options: { dryRun: boolean; wait: boolean; timeoutMs: number; prune: boolean; confirm?: () => Promise<void> },
): Promise<SyncResult> {
  const { ports } = context
  const overlay = await readOverlay(context.project.directory, place.app, place.environment)
  const client = await context.hub()
  const name = applicationName(overlay)
  const before = await readApplication(client, name)
  const wasSettled = before !== undefined && isSettled(before)
  const result = { ...place, revision: before?.revision ?? null, steps: [] }
  if (options.dryRun) return { ...result, status: wasSettled ? 'unchanged' : 'planned' }
  await options.confirm?.()
  // What is synced when nobody looked for some minutes says nothing.
  if (before) await refreshApplication(client, name)
  const { results } = await runSteps(ports, `Sync ${place.app} in ${place.environment}`, [
    ...(before ? [] : [awaitApplication(ports, client, name, options.timeoutMs)]),
    {
      id: 'sync',
      title: `${place.app} in ${place.environment}`,
      run: async (control) => {
        await syncApplication(ports, client, name, { prune: options.prune, username: callerOf(context) })
        if (!options.wait) return { outcome: 'done', detail: 'asked for' }
        await waitForApplications(ports, client, {
          names: [name],
          timeoutMs: options.timeoutMs,
          progress: control.progress.bind(control),
          clientOf: () => context.cluster(place.environment),
          failOnError: true,
        })
        return { outcome: 'done', detail: 'synced and healthy' }
      },
    },
  ])
  const after = await readApplication(client, name)
  const status = options.wait ? (wasSettled ? 'unchanged' : 'synced') : 'sent'
  return { ...result, status, revision: after?.revision ?? null, steps: results }
}

/** Right after `app create` Argo CD has not seen it yet: it looks at Git every three minutes only. */
function awaitApplication(ports: AppsContext['ports'], client: KubernetesClient, name: string, timeoutMs: number): Step {
  return {
    id: 'seen',
    title: `${name} in Argo CD`,
    run: async (control) => {
      await refreshSet(client)
      const progress = control.progress.bind(control)
      const limit = Math.min(timeoutMs, LONGEST_LOOK_MS)
      const isDone = (): boolean => true
      await waitForApplications(ports, client, { names: [name], isDone, timeoutMs: limit, progress }).catch((error: unknown) => {
        throw error instanceof UserError && error.code === 'NotHealthy' ? noApplication(name) : error
      })
      return { outcome: 'done' }
    },
  }
}
