import { listApplications, refreshApplication } from '../../argocd/argocd.js'
import { publish } from '../../git/publish.js'
import type { Step } from '../../core/steps.js'
import { clusterFacts } from '../../gitops/cluster-facts.js'
import { type OwnedFile, planOwnedFiles, writeOwnedFiles } from '../../templates/owned-files.js'
import { LOCK_FILE } from '../../templates/lock-file.js'
import { addonFiles } from '../../gitops/addon-files.js'
import { clusterFile } from '../../gitops/places.js'
import { yamlFile } from '../../gitops/yaml-file.js'
import type { TemplateFile } from '../../templates/shipped.js'
import { clusterSecret } from './cluster-secret.js'
import { commonFiles, FOLDER_APPLICATIONS } from './gitops-tree.js'
import { signedPlace } from './git-sign-in.js'
import type { Work } from './work.js'

/** What the repository must have for this cluster. */
export async function filesFor(work: Work): Promise<TemplateFile[]> {
  const { project } = work.context
  const secret = yamlFile(
    clusterFile(work.environment.name),
    clusterSecret(work.cluster, work.git, clusterFacts(project, work.cluster)),
    'How Argo CD reaches this cluster. No secret.',
  )
  return [...commonFiles(project, work.git, await signedPlace(work)), ...(await addonFiles(project)), secret]
}

/** Writes what is missing, commits it, and brings it to the place that Argo CD reads. Edits of the user stay. */
export function gitStep(work: Work): Step {
  const { directory } = work.context.project
  return {
    id: 'git',
    title: 'Repository',
    run: async (control) => {
      const files = await filesFor(work)
      if (work.options.dryRun) {
        work.files = await planOwnedFiles(directory, files)
        const due = work.files.filter(({ action }) => action === 'write')
        return due.length === 0
          ? { outcome: 'checked', detail: 'all files are there' }
          : { outcome: 'planned', detail: `write ${pathsOf(due)}` }
      }
      const owned = await writeOwnedFiles(directory, files)
      work.files = owned
      const present = owned.filter(({ action }) => action !== 'removed').map(({ path }) => path)
      const message = `Bootstrap the cluster of ${work.environment.name}`
      const { changed, commit } = await pushFiles(work, [...present, LOCK_FILE], {
        message,
        progress: (detail) => control.progress(detail),
      })
      const edited = owned.filter(({ action }) => action === 'edited')
      const kept = edited.length === 0 ? '' : `; your edits stay: ${pathsOf(edited)}`
      return { outcome: changed ? 'done' : 'unchanged', detail: `${commit.slice(0, 12)} in ${work.git.url}${kept}` }
    },
  }
}

/** Brings these files, which may be gone, as one commit to the branch that Argo CD reads. Notes the commit. */
export async function pushFiles(
  work: Work,
  files: readonly string[],
  { message, progress }: { message: string; progress: (detail: string) => void },
): Promise<{ changed: boolean; commit: string }> {
  const { ports, project } = work.context
  progress(`publishing to ${work.git.url}`)
  const { commit, changed, local } = await publish(ports, project.directory, { ...work.git, files, message })
  work.commit = commit
  if (local === 'diverged') {
    ports.report.emit({
      type: 'warning',
      message: `${work.git.branch} here and on the server have both gone on. Bring them together: git pull --rebase`,
    })
  }
  // By itself Argo CD looks every three minutes, and until then it takes back what is brought into the cluster.
  for (const { name, revision } of await listApplications(work.hub.kubectl)) {
    if (FOLDER_APPLICATIONS.includes(name) && revision !== commit) await refreshApplication(work.hub.kubectl, name)
  }
  return { changed, commit }
}

function pathsOf(files: readonly OwnedFile[]): string {
  return files.map(({ path }) => path).join(', ')
}
