import { type Application, isSettled } from '../argocd/application.js'
import { askForRefresh, readApplicationSet } from '../argocd/application-sets.js'
import { readApplication, refreshApplication, syncApplication } from '../argocd/argocd.js'
import { waitForApplications } from '../argocd/wait.js'
import { UserError } from '../core/errors.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import { runSteps, throwIfAborted, type Step, type StepSummary } from '../core/steps.js'
import { git } from '../git/git.js'
import { type Published, publish } from '../git/publish.js'
import { APPLICATION_SET } from './application-set.js'
import type { AppsContext } from './context.js'
import { applicationName, baseFolder, type Overlay } from './model.js'
import { keepingFiles } from './keep-files.js'
import { readPolicy, type SyncPolicy } from './sync-policy.js'
import { readIn, writeIn } from './repository.js'
import type { TemplateFile } from '../templates/shipped.js'

export interface DeliveryOptions {
  dryRun: boolean
  /** Until Argo CD has it synced and healthy. */
  wait: boolean
  timeoutMs: number
  /** Also where the environment waits for a sync by hand. */
  sync: boolean
  /** Why, for the commit. */
  reason: string | undefined
  /** Asks before anything is written, once it is known that it can be done. @throws `NotConfirmed` */
  confirm?: () => Promise<void>
}

export interface Change {
  write: readonly TemplateFile[]
  remove: readonly string[]
  /** First line of the commit. */
  title: string
}

/** `pending`: it is in Git, and waits for `app sync`. `sent`: nobody waited. */
export type DeliveryStatus = 'deployed' | 'unchanged' | 'pending' | 'paused' | 'sent' | 'planned'

export interface Delivery {
  app: string
  environment: string
  status: DeliveryStatus
  /** In which Git has it; null with --dry-run. */
  commit: string | null
  files: string[]
  branch: Published['local'] | null
  steps: StepSummary[]
}

/** Brings a change of an overlay to Git, and from there to the cluster. */
export async function deliver(context: AppsContext, overlay: Overlay, change: Change, options: DeliveryOptions): Promise<Delivery> {
  const { app, environment } = overlay
  const files = await filesOf(context, change)
  const base = { app, environment, files }
  if (options.dryRun) return { ...base, status: files.length === 0 ? 'unchanged' : 'planned', commit: null, branch: null, steps: [] }
  await options.confirm?.()
  const all = [...change.write.map((file) => file.path), ...change.remove]
  const state: { published?: Published; status: DeliveryStatus } = { status: 'sent' }
  const steps: Step[] = [
    {
      id: 'git',
      title: 'Git',
      run: async (control) => {
        const place = await context.git()
        const { directory } = context.project
        state.published = await keepingFiles(directory, all, async () => {
          await writeIn(directory, change.write, change.remove)
          control.progress(`pushing to ${place.url}`)
          return publish(context.ports, directory, { ...place, files: all, message: messageOf(change.title, options.reason) })
        })
        const { commit, changed } = state.published
        return { outcome: changed ? 'done' : 'unchanged', detail: commit.slice(0, 12) }
      },
    },
  ]
  if (options.wait) {
    steps.push({
      id: 'cluster',
      title: `${app} in ${environment}`,
      run: async (control) => {
        state.status = await bring(context, overlay, {
          ...options,
          commit: state.published?.commit ?? '',
          progress: control.progress.bind(control),
        })
        if (state.status === 'pending') return { outcome: 'skipped', detail: `waits for: platform app sync ${app} -e ${environment}` }
        if (state.status === 'paused')
          return { outcome: 'skipped', detail: `paused; go on with: platform app resume ${app} -e ${environment}` }
        return { outcome: 'done', detail: 'synced and healthy' }
      },
    })
  }
  const { results } = await runSteps(context.ports, `Deploy ${app} to ${environment}`, steps)
  const { changed, commit, local } = state.published ?? { changed: false, commit: null, local: null }
  const status = state.status === 'deployed' && !changed ? 'unchanged' : state.status
  return { ...base, status, commit, branch: local, steps: results }
}

/** What would really change. */
async function filesOf({ project }: AppsContext, { write, remove }: Change): Promise<string[]> {
  const changed: string[] = []
  for (const { path, content } of write) if ((await readIn(project.directory, path)) !== content) changed.push(path)
  for (const path of remove) if ((await readIn(project.directory, path)) !== undefined) changed.push(path)
  return changed
}

export function messageOf(title: string, reason: string | undefined): string {
  return reason === undefined || reason.trim() === '' ? title : `${title}\n\n${reason.trim()}`
}

interface Bringing {
  commit: string
  sync: boolean
  timeoutMs: number
  progress: (detail: string, count?: { done: number; total: number }) => void
}

/** Has Argo CD bring a commit, and waits until it has. */
async function bring(context: AppsContext, overlay: Overlay, { commit, sync, timeoutMs, progress }: Bringing): Promise<DeliveryStatus> {
  const { ports } = context
  const name = applicationName(overlay)
  const deadline = ports.clock.now().getTime() + timeoutMs
  const remaining = (): number => Math.max(1000, deadline - ports.clock.now().getTime())
  const client = await context.hub()
  const older = await commitsBefore(context, commit)
  const hasIt = ({ revision }: Application): boolean => revision === commit || (revision !== null && !older.has(revision))
  await refreshSet(client)
  const policy = await followsOverlay(context, client, overlay, { remaining, progress })
  await refreshApplication(client, name)
  const compared = (each: Application): boolean => hasIt(each) && each.sync !== 'Unknown'
  if (policy !== 'automatic' && !sync) {
    const [found] = await waitForApplications(ports, client, { names: [name], isDone: compared, timeoutMs: remaining(), progress })
    if (found && isSettled(found)) return 'deployed'
    return policy === 'paused' ? 'paused' : 'pending'
  }
  if (policy !== 'automatic') await syncApplication(ports, client, name, { prune: true, username: callerOf(context) })
  await waitForApplications(ports, client, {
    names: [name],
    isDone: (each) => compared(each) && isSettled(each),
    timeoutMs: remaining(),
    progress,
    clientOf: () => context.cluster(overlay.environment),
    failOnError: policy !== 'automatic',
  })
  return 'deployed'
}

const LOOK_AGAIN_MS = 1000

/** Waits until the ApplicationSet has made the application as the overlay says. @returns how it syncs */
async function followsOverlay(
  { ports }: AppsContext,
  client: KubernetesClient,
  overlay: Overlay,
  { remaining, progress }: { remaining: () => number; progress: Bringing['progress'] },
): Promise<SyncPolicy> {
  const name = applicationName(overlay)
  for (;;) {
    throwIfAborted(ports.signal)
    const state = await readPolicy(client, name)
    if (state?.path === baseFolder(overlay.app, overlay.base) && (state.policy !== 'manual') === overlay.autoSync) return state.policy
    if (remaining() <= LOOK_AGAIN_MS) throw await notFollowing(client, name, state?.path)
    progress(state ? `${name} does not follow its overlay yet` : `${name} not there yet`)
    await ports.clock.sleep(LOOK_AGAIN_MS, ports.signal)
  }
}

/** Says what the ApplicationSet says. */
async function notFollowing(client: KubernetesClient, name: string, path: string | undefined): Promise<UserError> {
  const set = await readApplicationSet(client, APPLICATION_SET)
  const what = path === undefined ? 'has not been made' : `still follows ${path}`
  return new UserError('NotHealthy', `Application ${name} ${what}.`, {
    reason: set ? (set.failure ?? 'The ApplicationSet says nothing about it.') : `Argo CD has no ApplicationSet ${APPLICATION_SET}.`,
    next: [
      'The commit is in Git: run the same command again to go on waiting.',
      'Is the cluster bootstrapped? platform cluster status NAME',
    ],
    details: { application: name },
  })
}

/** By itself it looks at Git every minute only. Where it is not there yet, root brings it. */
export async function refreshSet(client: KubernetesClient): Promise<void> {
  if (await askForRefresh(client, APPLICATION_SET)) return
  if (await readApplication(client, 'root')) await refreshApplication(client, 'root')
}

/** Whom Argo CD names as the one who asked for a sync. */
export function callerOf({ ports }: Pick<AppsContext, 'ports'>): string {
  return ports.env['USER'] ?? ports.env['LOGNAME'] ?? 'platform'
}

/** Commits that a later one has behind it: who compared with one of them has not seen it. */
async function commitsBefore({ ports, project }: AppsContext, commit: string): Promise<Set<string>> {
  const { stdout } = await git(ports, project.directory, ['rev-list', '--max-count=5000', '--skip=1', commit])
  return new Set(stdout.split('\n').filter((line) => line !== ''))
}
