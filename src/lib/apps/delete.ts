import { APPLICATIONS, ARGOCD_NAMESPACE } from '../argocd/application.js'
import { refreshApplicationSet } from '../argocd/application-sets.js'
import { listApplications } from '../argocd/argocd.js'
import { UserError } from '../core/errors.js'
import { runSteps, type StepSummary } from '../core/steps.js'
import { commitOf, filesAt } from '../git/git.js'
import { publish } from '../git/publish.js'
import { APPLICATION_SET } from './application-set.js'
import type { AppsContext } from './context.js'
import { messageOf } from './deliver.js'
import { keepingFiles } from './keep-files.js'
import { applicationName, APPS_FOLDER, assertAppName, OVERLAY_FILE, overlayFolder } from './model.js'
import { readOverlay, textsBelow, writeIn } from './repository.js'

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

/**
 * What a deletion takes along. One that was cut short is found again: by what the last commit still has, or by what Argo CD still has.
 * @throws `AppNotFound`
 */
export async function planDeletion(context: AppsContext, wanted: { app: string; environment?: string | undefined }): Promise<DeletionPlan> {
  const { app, environment } = wanted
  assertAppName(app)
  const folder = environment === undefined ? `${APPS_FOLDER}/${app}` : overlayFolder(app, environment)
  const files = await filesOf(context, folder)
  const inGit = files.flatMap((file) => {
    const [, name, found] = OVERLAY.exec(file) ?? []
    return name === app && found !== undefined ? [found] : []
  })
  const environments = inGit.length > 0 ? inGit.toSorted() : await leftOver(context, wanted)
  // Says what there is instead.
  if (environments.length === 0) await readOverlay(context.project.directory, app, environment ?? 'any')
  return { app, environments, files }
}

const OVERLAY = new RegExp(`^${APPS_FOLDER}/([^/]+)/environments/([^/]+)/${OVERLAY_FILE.replace('.', '\\.')}$`)

async function filesOf({ ports, project: { directory } }: AppsContext, folder: string): Promise<string[]> {
  const here = [...(await textsBelow(directory, folder)).keys()]
  const head = await commitOf(ports, directory, 'HEAD')
  const committed = head === undefined ? [] : await filesAt(ports, directory, head, [folder])
  return [...new Set([...here, ...committed])].sort()
}

/** Environments in which Argo CD still has an application that Git has no more. */
async function leftOver(context: AppsContext, { app, environment }: { app: string; environment?: string | undefined }): Promise<string[]> {
  try {
    const names = (await listApplications(await context.hub(), { selector: `app=${app}` })).map(({ name }) => name)
    return [...context.project.environments.keys()].filter(
      (each) => names.includes(applicationName({ app, environment: each })) && (environment === undefined || each === environment),
    )
  } catch (error) {
    // Without Argo CD there is nothing left of it.
    if (error instanceof UserError) return []
    throw error
  }
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
        if (plan.files.length === 0) return { outcome: 'unchanged', detail: 'it is gone already' }
        const message = messageOf(`Delete ${plan.app} from ${plan.environments.join(', ')}`, options.reason)
        const publication = { ...(await context.git()), files: plan.files, message }
        commit = await keepingFiles(project.directory, plan.files, async () => {
          await writeIn(project.directory, [], plan.files)
          return (await publish(ports, project.directory, publication)).commit
        })
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
