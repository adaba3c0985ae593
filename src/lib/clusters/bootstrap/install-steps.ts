import path from 'node:path'
import { ARGOCD_NAMESPACE, APPLICATIONS } from '../../argocd/application.js'
import { UserError } from '../../core/errors.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import type { Step } from '../../core/steps.js'
import { noteCharts } from '../../gitops/addon-charts.js'
import { clusterFile, GITOPS } from '../../gitops/places.js'
import { pullChart } from '../../helm/chart.js'
import { differing, objectsIn, type Texts, yamlTexts } from './apply-files.js'
import { argoCdChart, argoCdValues } from './argocd-chart.js'
import { installArgoCd, lookAtRelease } from './argocd-release.js'
import { ROOT_FILE } from './gitops-tree.js'
import { namespaceObject } from './objects.js'
import { acting, type Work } from './work.js'

/** That the chart of Argo CD is the one that the lock names, before anything is changed in the cluster. */
export function chartStep(work: Work): Step {
  const { project } = work.context
  return {
    id: 'chart',
    title: 'Chart of Argo CD',
    run: async (control) => {
      work.chart = await argoCdChart(project, work.management)
      const { name, version, digest, repository } = work.chart
      if (work.chart.known && (await lookAtRelease(work.hub, work.chart)).right) {
        return { outcome: 'checked', detail: `${name} ${version} is installed` }
      }
      control.progress(`fetching it from ${repository}`)
      const archive = await pullChart(work.hub.helm, work.chart, { folder: work.hub.folder, ...(digest !== undefined && { digest }) })
      work.chart = { ...work.chart, digest: archive.digest }
      if (!work.options.dryRun) await noteCharts(project.directory, [work.chart], new Map([[work.chart.key, archive]]))
      return { outcome: 'checked', detail: `${name} ${version}, ${archive.digest.slice(0, 19)}…` }
    },
  }
}

export function namespaceStep(work: Work): Step {
  return applyStep(work, { id: 'namespaces', title: 'Namespaces', objects: async () => [namespaceObject(ARGOCD_NAMESPACE)] })
}

export function argoCdStep(work: Work): Step {
  let detail = ''
  return acting(work, {
    id: 'argocd',
    title: 'Argo CD',
    isDone: async () => {
      // The step before this one may have written them.
      work.chart = {
        ...work.chart,
        values: await argoCdValues(work.context.project, work.management, work.options.dryRun ? work.files : []),
      }
      const state = await lookAtRelease(work.hub, work.chart)
      detail = state.detail
      return state.right && state.detail
    },
    plan: async () => detail,
    run: async (control) => {
      const timeoutMs = work.remainingMs
      const { repaired } = await installArgoCd(work.hub, work.chart, {
        timeoutMs,
        progress: (detail) => control.progress(detail),
      })
      return { outcome: 'done', detail: repaired ? `${detail}, after a repair` : detail }
    },
    verify: async () => {
      const definition = await work.hub.kubectl.get({ resource: 'customresourcedefinitions', name: APPLICATIONS })
      const { right, detail: found } = await lookAtRelease(work.hub, work.chart)
      if (definition && right) return
      throw new UserError('VerifyFailed', 'Argo CD was installed, but is not as it should be.', {
        reason: definition ? `The release would still need: ${found}.` : `There is no definition of ${APPLICATIONS}.`,
      })
    },
  })
}

export function projectsStep(work: Work): Step {
  return applyStep(work, { id: 'projects', title: 'Projects', objects: async () => objectsIn(await filesIn(work, GITOPS.projects)) })
}

export function rootStep(work: Work): Step {
  return applyStep(work, { id: 'root', title: 'Root application', objects: async () => objectsInFile(work, ROOT_FILE) })
}

/** Registers the cluster in Argo CD. Git has the same object, and brings it back where somebody deletes it. */
export function registrationStep(work: Work): Step {
  const { name } = work.environment
  return applyStep(work, {
    id: 'cluster',
    title: `Cluster ${name} in Argo CD`,
    objects: async () => objectsInFile(work, clusterFile(name)),
  })
}

async function filesIn(work: Work, folder: string): Promise<Texts> {
  return yamlTexts(work.context.project.directory, folder, work.options.dryRun ? work.files : [])
}

async function objectsInFile(work: Work, file: string): Promise<KubernetesObject[]> {
  const text = (await filesIn(work, path.posix.dirname(file))).get(file)
  return text === undefined ? [] : objectsIn(new Map([[file, text]]))
}

/** Longest time until Argo CD agrees. */
const VERIFY_MS = 90_000
const VERIFY_AGAIN_MS = 1500

/** A step that brings objects into the management cluster as the files of the repository have them. */
function applyStep(work: Work, { id, title, objects }: { id: string; title: string; objects: () => Promise<KubernetesObject[]> }): Step {
  const names = (list: readonly KubernetesObject[]): string => list.map(({ metadata }) => metadata.name).join(', ')
  let due: KubernetesObject[] = []
  return acting(work, {
    id,
    title,
    isDone: async () => {
      const wanted = await objects()
      due = await differing(work.hub.kubectl, wanted)
      return due.length === 0 && (names(wanted) || 'none')
    },
    plan: async () => names(due),
    run: async () => {
      // Argo CD owns the fields as well, and takes them from the same files.
      await work.hub.kubectl.apply(due, { force: true })
      return { outcome: 'done', detail: names(due) }
    },
    verify: async () => {
      const { clock, signal } = work.context.ports
      const until = clock.now().getTime() + Math.min(VERIFY_MS, work.remainingMs)
      let left = await differing(work.hub.kubectl, due)
      // Argo CD puts its own back, until it has seen the commit that they come from.
      while (left.length > 0 && clock.now().getTime() < until) {
        await clock.sleep(VERIFY_AGAIN_MS, signal)
        left = await differing(work.hub.kubectl, due)
      }
      if (left.length === 0) return
      throw new UserError('VerifyFailed', `${title}: ${names(left)} is not in the cluster as the repository says.`, {
        next: ['Find out who changes it: kubectl get --show-managed-fields', 'Run the same command again.'],
      })
    },
  })
}
