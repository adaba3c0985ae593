import { type Application, isSettled, waitsForSync } from '../../argocd/application.js'
import { unsettledSets } from '../../argocd/application-sets.js'
import { listApplications, refreshApplication } from '../../argocd/argocd.js'
import { waitForApplications } from '../../argocd/wait.js'
import { enabledAddons } from '../../gitops/addon-metadata.js'
import { addonApplication } from '../../gitops/places.js'
import type { Step } from '../../core/steps.js'
import { FOLDER_APPLICATIONS } from './gitops-tree.js'
import type { Work } from './work.js'

/**
 * Waits until every application of the platform is synced and healthy: all of them for the management cluster, those of the platform and
 * of this cluster for another one. What waits for somebody's sync is fine.
 */
export function healthStep(work: Work, done: (applications: Application[]) => void): Step {
  const { environment } = work
  const required = [...FOLDER_APPLICATIONS, ...enabledAddons(environment).map(({ name }) => addonApplication(name, environment.name))]
  const isDone = (application: Application): boolean => {
    const { name, revision } = application
    if (!concerns(work, application)) return true
    if (FOLDER_APPLICATIONS.includes(name) && work.commit !== undefined && revision !== work.commit) return false
    return isSettled(application) || waitsForSync(application)
  }
  const settled = async (): Promise<boolean> => {
    const applications = await listApplications(work.hub.kubectl)
    const all = required.every((name) => applications.some((each) => each.name === name))
    if (!all || !applications.every(isDone) || (await unsettledSets(work.hub.kubectl)).length > 0) return false
    done(applications.filter((each) => concerns(work, each)))
    return true
  }
  return {
    id: 'healthy',
    title: 'Applications synced and healthy',
    isDone: async () => !work.options.dryRun && settled(),
    run: async (control) => {
      if (work.options.dryRun) return { outcome: 'planned', detail: 'wait for all of them' }
      const { kubectl } = work.hub
      // Git has just changed; by itself Argo CD looks every three minutes.
      for (const { name } of await listApplications(kubectl)) {
        if (FOLDER_APPLICATIONS.includes(name)) await refreshApplication(kubectl, name)
      }
      const applications = await waitForApplications(work.context.ports, kubectl, {
        required,
        isDone,
        alsoOpen: async () => unsettledSets(kubectl),
        timeoutMs: work.remainingMs,
        progress: (detail, count) => control.progress(detail, count),
        clientOf: async (application) => clientOf(work, application),
      })
      const concerned = applications.filter((each) => concerns(work, each))
      done(concerned)
      return { outcome: 'done', detail: `${concerned.length} applications` }
    },
  }
}

function concerns({ isManagement, environment }: Work, { name, destination }: Application): boolean {
  return isManagement || FOLDER_APPLICATIONS.includes(name) || destination.cluster === environment.name
}

/** The cluster that an application goes to, where it is one of the two that are open. */
function clientOf({ cluster, hub, management }: Work, { destination }: Application) {
  if (destination.cluster === cluster.environment.name) return cluster.kubectl
  const isHub = [management.name, 'in-cluster', 'https://kubernetes.default.svc'].includes(destination.cluster)
  return isHub ? hub.kubectl : undefined
}
