import { rm } from 'node:fs/promises'
import { type Application, APPLICATIONS, ARGOCD_NAMESPACE, toApplication } from '../../argocd/application.js'
import { waitForApplications } from '../../argocd/wait.js'
import { managementOf } from '../../config/management.js'
import { UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import { fieldsAt, textAt } from '../../core/plain-data.js'
import { runSteps, type Step, type StepSummary } from '../../core/steps.js'
import { clusterFile } from '../../gitops/places.js'
import { registeredServer } from '../../gitops/registered-server.js'
import { withRun } from '../../roots/run.js'
import { updateLock } from '../../templates/lock-file.js'
import { accessSteps } from './access-steps.js'
import { environmentOf } from './bootstrap.js'
import type { BootstrapContext } from './context.js'
import { pushFiles } from './git-step.js'
import { acting, type BootstrapOptions, Work } from './work.js'

export interface UnregisterResult {
  environment: string
  status: 'unregistered' | 'unchanged' | 'planned'
  /** Applications that Argo CD no longer knows, and whose objects stay in the cluster. */
  kept: string[]
  steps: StepSummary[]
}

/**
 * Makes Argo CD forget the cluster of an environment. What runs in it stays as it is: the applications go without their objects.
 * The cluster itself is not asked, for it may be gone.
 * @throws `ManagementMissing`, `RunInProgress`, `BadFlag` for the management cluster
 */
export async function unregisterCluster(context: BootstrapContext, options: Omit<BootstrapOptions, 'wait'>): Promise<UnregisterResult> {
  const environment = environmentOf(context, options.environment)
  if (environment.role === 'management') throw isManagement(environment.name)
  const management = managementOf(context.project)
  if (!options.dryRun) await options.confirm?.()
  const { ports, project } = context
  const purpose = options.dryRun ? 'look' : 'change'
  return withRun(
    ports,
    { repository: project.directory, environment: environment.name, command: 'cluster unregister', purpose },
    async (run) => {
      const work = new Work({ ...context, ports: run.ports }, { ...options, wait: false }, { environment, management })
      const kept = new Set<string>()
      try {
        const steps = [...accessSteps(work, { cluster: false }), ...unregisterSteps(work, kept)]
        const { results, changed } = await runSteps(run.ports, `Unregistration of ${environment.name}`, steps)
        const status = options.dryRun ? 'planned' : changed ? 'unregistered' : 'unchanged'
        return { environment: environment.name, status, kept: [...kept].sort(), steps: results }
      } finally {
        for (const cleanUp of work.cleanUp.reverse()) await cleanUp()
      }
    },
  )
}

/** Removes the cluster from Git and from Argo CD. Afterwards nobody brings back what is deleted in it. */
export function unregisterSteps(work: Work, kept = new Set<string>()): Step[] {
  return [keepStep(work, kept), forgetFileStep(work), secretStep(work)]
}

/** An application with this finalizer would take its objects along. */
const FINALIZER = 'resources-finalizer.argocd.argoproj.io'

/** Addresses by which applications may name the cluster. The file in Git is gone when an earlier run was cut short. */
async function serversOf(work: Work): Promise<string[]> {
  const inGit = await registeredServer(work.context.project.directory, work.environment.name)
  const secret = await work.hub.kubectl.get({ resource: 'secrets', name: work.environment.name, namespace: ARGOCD_NAMESPACE })
  const inCluster = Buffer.from(textAt(fieldsAt(secret, 'data'), 'server'), 'base64').toString()
  return [inGit ?? '', inCluster].filter((server) => server !== '')
}

function keepStep(work: Work, kept: Set<string>): Step {
  const ofCluster = async (): Promise<KubernetesObject[]> => {
    const all = await work.hub.kubectl.list(APPLICATIONS, { namespace: ARGOCD_NAMESPACE })
    const names = [work.environment.name, ...(await serversOf(work))]
    const found = all.filter((each) => names.includes(toApplication(each).destination.cluster))
    for (const { metadata } of found) kept.add(metadata.name)
    return found
  }
  const dangerous = async (): Promise<KubernetesObject[]> =>
    (await ofCluster()).filter(({ metadata }) => JSON.stringify(metadata['finalizers'] ?? []).includes(FINALIZER))
  return acting(work, {
    id: 'keep',
    title: 'What runs there stays',
    isDone: async () => (await dangerous()).length === 0,
    plan: async () => (await dangerous()).map(({ metadata }) => metadata.name).join(', '),
    run: async () => {
      const found = await dangerous()
      for (const { metadata } of found) {
        const finalizers = (metadata['finalizers'] as string[]).filter((each) => !each.startsWith(FINALIZER))
        await work.hub.kubectl.patch(
          { resource: APPLICATIONS, name: metadata.name, namespace: ARGOCD_NAMESPACE },
          { metadata: { finalizers } },
        )
      }
      return { outcome: 'done', detail: found.map(({ metadata }) => metadata.name).join(', ') }
    },
  })
}

function forgetFileStep(work: Work): Step {
  const { directory } = work.context.project
  const file = clusterFile(work.environment.name)
  return acting(work, {
    id: 'git',
    title: 'Repository',
    plan: async () => `remove ${file}`,
    run: async (control) => {
      const target = await resolveInside(directory, file)
      const existed = (await readTextIfExists(target)) !== undefined
      await rm(target, { force: true })
      await updateLock(directory, (lock) => {
        lock.files = Object.fromEntries(Object.entries(lock.files).filter(([name]) => name !== file))
      })
      const { changed } = await pushFiles(work, [file], {
        message: `Unregister the cluster of ${work.environment.name}`,
        progress: (detail) => control.progress(detail),
      })
      return { outcome: existed || changed ? 'done' : 'unchanged', detail: file }
    },
  })
}

function secretStep(work: Work): Step {
  const place = { resource: 'secrets', name: work.environment.name, namespace: ARGOCD_NAMESPACE }
  const isGone = async (): Promise<boolean> => (await work.hub.kubectl.get(place)) === undefined
  return acting(work, {
    id: 'cluster',
    title: `Cluster ${work.environment.name} in Argo CD`,
    isDone: isGone,
    plan: async () => 'forget it',
    run: async (control) => {
      const { ports } = work.context
      // It would bring the Secret back for as long as it has not seen the commit.
      const seen = ({ revision }: Application): boolean => revision === work.commit
      const progress = (detail: string): void => control.progress(detail)
      await waitForApplications(ports, work.hub.kubectl, { names: ['clusters'], isDone: seen, timeoutMs: work.remainingMs, progress })
      await work.hub.kubectl.delete(place)
      return { outcome: 'done', detail: 'forgotten' }
    },
    verify: async () => {
      if (await isGone()) return
      throw new UserError('VerifyFailed', `The Secret ${place.name} of the cluster is still there.`, {
        reason: 'Argo CD brings it back for as long as the branch that it reads has the file.',
        next: ['Run the same command again.'],
      })
    },
  })
}

function isManagement(name: string): UserError {
  return new UserError('BadFlag', `${name} is the management environment: Argo CD runs in its cluster, and cannot forget it.`, {
    next: [`To remove the environment with everything in it: platform env destroy ${name}`],
  })
}
