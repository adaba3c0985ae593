import { listApplications } from '../../argocd/argocd.js'
import { ARGO_CD } from '../../config/addons/catalogue.js'
import type { Step } from '../../core/steps.js'
import { fetchCharts, noteCharts, wantedCharts } from '../../gitops/addon-charts.js'
import { enabledAddons } from '../../gitops/addon-metadata.js'
import { refuseOutsideWindow } from '../../gitops/addon-window.js'
import { addonApplication } from '../../gitops/places.js'
import { readLock } from '../../templates/lock-file.js'
import type { Work } from './work.js'

/**
 * That every enabled add-on runs on this Kubernetes version, and that its chart is the one that the lock or the catalogue names, before
 * anything is written. What the cluster has already in this version is not fetched again.
 */
export function addonChartsStep(work: Work): Step {
  const { project } = work.context
  return {
    id: 'addon-charts',
    title: 'Charts of add-ons',
    run: async (control) => {
      refuseOutsideWindow(work.environment)
      const addons = enabledAddons(work.environment).filter(({ name }) => name !== ARGO_CD)
      const lock = await readLock(project.directory)
      const applications = await listApplications(work.hub.kubectl)
      const due = addons.flatMap(({ name, version }) => {
        const application = addonApplication(name, work.environment.name)
        const isThere = applications.some((each) => each.name === application && each.targetRevision === version)
        return wantedCharts(project, lock, { name, version }).filter(({ known }) => !known || !isThere)
      })
      if (due.length === 0) return { outcome: 'checked', detail: `${addons.length} add-ons, none of them new` }
      const archives = await fetchCharts(work.hub.helm, due, {
        folder: work.hub.folder,
        progress: (detail, count) => control.progress(detail, count),
      })
      if (!work.options.dryRun) await noteCharts(project.directory, due, archives)
      return { outcome: 'checked', detail: `${addons.length} add-ons, ${due.length} charts fetched` }
    },
  }
}
