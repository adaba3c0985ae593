import { listApplications, refreshApplication } from '../../argocd/argocd.js'
import { UserError } from '../../core/errors.js'
import { commitFiles, commitOf, currentBranch, git, uncommittedFiles } from '../../git/git.js'
import type { Step } from '../../core/steps.js'
import { type OwnedFile, planOwnedFiles, writeOwnedFiles } from '../../templates/owned-files.js'
import { LOCK_FILE } from '../../templates/lock-file.js'
import type { TemplateFile } from '../../templates/shipped.js'
import { clusterSecret } from './cluster-secret.js'
import { clusterFile, commonFiles, FOLDER_APPLICATIONS, yamlFile } from './gitops-tree.js'
import type { Work } from './work.js'

/** What the repository must have for this cluster. */
export function filesFor(work: Work): TemplateFile[] {
  const { project } = work.context
  const secret = yamlFile(
    clusterFile(work.environment.name),
    clusterSecret(work.cluster, work.git),
    'How Argo CD reaches this cluster. No secret.',
  )
  return [...commonFiles(project, work.git), secret]
}

/** Writes what is missing, commits it, and brings it to the place that Argo CD reads. Edits of the user stay. */
export function gitStep(work: Work): Step {
  const { directory } = work.context.project
  return {
    id: 'git',
    title: 'Repository',
    run: async (control) => {
      const files = filesFor(work)
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

/** Commits these files, which may be gone, and brings the branch to the place that Argo CD reads. Notes the commit. */
export async function pushFiles(
  work: Work,
  files: readonly string[],
  { message, progress }: { message: string; progress: (detail: string) => void },
): Promise<{ changed: boolean; commit: string }> {
  const { ports, project } = work.context
  const { directory } = project
  const branch = await currentBranch(ports, directory)
  if (branch !== work.git.branch) throw otherBranch(branch, work.git.branch)
  const open = (await uncommittedFiles(ports, directory, files)) ?? []
  if (open.length > 0) await commitFiles(ports, directory, open, message)
  progress(`pushing to ${work.git.url}`)
  const { stderr } = await git(ports, directory, ['push', '--porcelain', work.git.url, `HEAD:refs/heads/${work.git.branch}`])
  const commit = (await commitOf(ports, directory, 'HEAD')) ?? ''
  work.commit = commit
  // By itself Argo CD looks every three minutes, and until then it takes back what is brought into the cluster.
  for (const { name, revision } of await listApplications(work.hub.kubectl)) {
    if (FOLDER_APPLICATIONS.includes(name) && revision !== commit) await refreshApplication(work.hub.kubectl, name)
  }
  return { changed: open.length > 0 || /new branch/.test(stderr), commit }
}

/** Whatever else is on that branch would go to the clusters, too. */
function otherBranch(branch: string | undefined, wanted: string): UserError {
  return new UserError(
    'PreflightFailed',
    `The repository is on ${branch === undefined ? 'no branch' : `branch ${branch}`}, and the clusters read ${wanted}.`,
    {
      reason: 'What is written for them has to be committed to the branch that they read.',
      next: [`git switch ${wanted}`, 'Or name another branch in platform.yaml: git.branch'],
      details: { branch: branch ?? null, wanted },
    },
  )
}

function pathsOf(files: readonly OwnedFile[]): string {
  return files.map(({ path }) => path).join(', ')
}
