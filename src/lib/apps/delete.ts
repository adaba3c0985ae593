import { APPLICATIONS, ARGOCD_NAMESPACE } from '../argocd/application.js'
import { refreshApplicationSet } from '../argocd/application-sets.js'
import { runSteps, type StepSummary } from '../core/steps.js'
import { publish } from '../git/publish.js'
import { APPLICATION_SET } from './application-set.js'
import type { AppsContext } from './context.js'
import { messageOf } from './deliver.js'
import { applicationName, APPS_FOLDER, assertAppName, overlayFolder } from './model.js'
import { environmentsOf, readOverlay, textsBelow, writeIn } from './repository.js'

const LONGEST_LOOK_MS = 60_000

export interface DeletionPlan {
  app: string
  environments: string[]
  /** Files that vanish from the branch; its history keeps them. */
  files: string[]
}

export interface Deletion extends DeletionPlan {
  status: 'deleted' | 'planned'
  commit: string | null
  steps: StepSummary[]
}

export interface DeleteOptions {
  dryRun: boolean
  /** Leave what runs in the cluster where it is. */
  keepResources: boolean
  wait: boolean
  timeoutMs: number
  reason: string | undefined
}

/** @throws `AppNotFound` */
export async function planDeletion(context: AppsContext, wanted: { app: string; environment?: string | undefined }): Promise<DeletionPlan> {
  const { directory } = context.project
  assertAppName(wanted.app)
  if (wanted.environment !== undefined) {
    await readOverlay(directory, wanted.app, wanted.environment)
    const files = [...(await textsBelow(directory, overlayFolder(wanted.app, wanted.environment))).keys()]
    return { app: wanted.app, environments: [wanted.environment], files }
  }
  const environments = await environmentsOf(directory, wanted.app)
  if (environments.length === 0) await readOverlay(directory, wanted.app, 'any')
  return { app: wanted.app, environments, files: [...(await textsBelow(directory, `${APPS_FOLDER}/${wanted.app}`)).keys()] }
}

/**
 * Takes an application out of Git, and then what it brought out of the clusters. The ApplicationSet deletes nothing by itself, so the order
 * is safe: what is gone from Git is not made again.
 */
export async function deleteApp(context: AppsContext, plan: DeletionPlan, options: DeleteOptions): Promise<Deletion> {
  const { ports, project } = context
  if (options.dryRun) return { ...plan, status: 'planned', commit: null, steps: [] }
  let commit: string | null = null
  const { results } = await runSteps(ports, `Delete ${plan.app}`, [
    {
      id: 'git',
      title: 'Git',
      run: async () => {
        await writeIn(project.directory, [], plan.files)
        const message = messageOf(`Delete ${plan.app} from ${plan.environments.join(', ')}`, options.reason)
        commit = (await publish(ports, project.directory, { ...(await context.git()), files: plan.files, message })).commit
        return { outcome: 'done', detail: commit.slice(0, 12) }
      },
    },
    {
      id: 'application-set',
      title: 'Argo CD looks at Git',
      run: async () => {
        // Until it has, it would make the application again, or take the finalizer away.
        const looked = await refreshApplicationSet(ports, await context.hub(), APPLICATION_SET, LONGEST_LOOK_MS)
        return { outcome: 'checked', detail: looked ? 'done' : 'it has not yet' }
      },
    },
    ...plan.environments.map((environment) => ({
      id: `cluster/${environment}`,
      title: `${plan.app} in ${environment}`,
      run: async () => ({ outcome: 'done' as const, detail: await removeFrom(context, { app: plan.app, environment }, options) }),
    })),
  ])
  return { ...plan, status: 'deleted', commit, steps: results }
}

/** With the finalizer, Argo CD deletes what the application brought before it lets the application go. */
async function removeFrom(
  context: AppsContext,
  place: { app: string; environment: string },
  { keepResources, wait, timeoutMs }: DeleteOptions,
): Promise<string> {
  const client = await context.hub()
  const where = { resource: APPLICATIONS, name: applicationName(place), namespace: ARGOCD_NAMESPACE }
  if (!(await client.get(where))) return 'was not there'
  await client.patch(where, { metadata: { finalizers: keepResources ? [] : ['resources-finalizer.argocd.argoproj.io'] } })
  await client.delete(where, { wait: false })
  if (wait) await client.wait(where, 'delete', timeoutMs)
  return keepResources ? 'no longer managed; what runs there stays' : wait ? 'gone' : 'being deleted'
}
