import { type Application, isSettled } from '../argocd/application.js'
import { readApplication, refreshApplication } from '../argocd/argocd.js'
import { unsettledSets } from '../argocd/application-sets.js'
import { waitForApplications } from '../argocd/wait.js'
import { UserError } from '../core/errors.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import { throwIfAborted } from '../core/steps.js'
import { git } from '../git/git.js'
import { addonApplication } from '../gitops/places.js'
import type { AddonsContext } from './context.js'
import type { AddonPlace } from './place.js'

interface Waiting {
  commit: string
  timeoutMs: number
  progress: (detail: string, count?: { done: number; total: number }) => void
}

const LOOK_AGAIN_MS = 1000
/** What brings the Secrets of clusters, and the ApplicationSets. */
const FOLDERS = ['clusters', 'addons']

/** Has Argo CD bring an add-on as a commit says, and waits until it has. @throws `NotHealthy` with objects and events */
export async function bringAddon(context: AddonsContext, { name, environment, version }: AddonPlace, waiting: Waiting): Promise<void> {
  const { ports } = context
  const hub = await context.hub()
  const application = addonApplication(name, environment.name)
  const older = await commitsBefore(context, waiting.commit)
  const hasIt = ({ revision }: Application): boolean => {
    const commits = (revision ?? '').split(' ').filter((each) => /^[0-9a-f]{40}$/.test(each))
    return commits.some((each) => each === waiting.commit || !older.has(each))
  }
  await refresh(hub, [...FOLDERS, application])
  await waitForApplications(ports, hub, {
    names: [...FOLDERS, application],
    // Of the folders only that they are brought: another add-on that is not well must not hold up this one.
    isDone: (each) =>
      hasIt(each) && (each.name === application ? isSettled(each) && each.targetRevision === version : each.sync === 'Synced'),
    alsoOpen: async () => (await unsettledSets(hub)).filter((text) => text.includes(` addon-${name}`)),
    timeoutMs: waiting.timeoutMs,
    progress: waiting.progress,
    clientOf: async ({ name: each }) => (each === application ? context.cluster(environment.name) : hub),
  })
}

/** Waits until Argo CD has no application for the add-on any more. @throws `NotHealthy` */
export async function takeAway(context: AddonsContext, { name, environment }: AddonPlace, { timeoutMs, progress }: Waiting): Promise<void> {
  const { clock, signal } = context.ports
  const hub = await context.hub()
  const application = addonApplication(name, environment.name)
  await refresh(hub, FOLDERS)
  const until = clock.now().getTime() + timeoutMs
  while (await readApplication(hub, application)) {
    throwIfAborted(signal)
    if (clock.now().getTime() >= until) {
      throw new UserError('NotHealthy', `Argo CD still has the application ${application}.`, {
        reason: 'It is not in Git any more: the ApplicationSet takes it away as soon as it has seen that.',
        next: ['Run the same command again to go on waiting.', `platform cluster status ${environment.name}`],
        details: { application },
      })
    }
    progress(`${application} is still there`)
    await clock.sleep(LOOK_AGAIN_MS, signal)
  }
}

/** By itself Argo CD looks at Git every three minutes. */
async function refresh(hub: KubernetesClient, names: readonly string[]): Promise<void> {
  for (const name of names) if (await readApplication(hub, name)) await refreshApplication(hub, name)
}

/** Commits that a later one has behind it: who compared with one of them has not seen it. */
async function commitsBefore({ ports, project }: AddonsContext, commit: string): Promise<Set<string>> {
  const { stdout } = await git(ports, project.directory, ['rev-list', '--max-count=5000', '--skip=1', commit])
  return new Set(stdout.split('\n').filter((line) => line !== ''))
}
