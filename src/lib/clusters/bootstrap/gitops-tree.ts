import type { CodeCommitPlace } from '../../aws/codecommit-password.js'
import type { GitPlace } from '../../config/git-place.js'
import type { Project } from '../../config/project.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import { GITOPS } from '../../gitops/places.js'
import { yamlFile } from '../../gitops/yaml-file.js'
import type { TemplateFile } from '../../templates/shipped.js'
import { gitPasswordFile } from './git-password.js'
import { applicationsProject, folderApplication, platformProject, ROOT_APPLICATION } from './objects.js'

/** The applications of the platform, in the order in which they come. Only `addons` deletes what vanishes: its ApplicationSets keep what they made. */
const APPLICATIONS = [
  { name: 'projects', folder: GITOPS.projects, prune: false, wave: -3 },
  { name: 'clusters', folder: GITOPS.clusters, prune: false, wave: -2 },
  { name: 'addons', folder: GITOPS.applicationSets, prune: true, wave: -1 },
] as const

/** Applications that follow a folder of the repository as a whole. */
export const FOLDER_APPLICATIONS: readonly string[] = [ROOT_APPLICATION, ...APPLICATIONS.map(({ name }) => name)]

export const ROOT_FILE = `${GITOPS.bootstrap}/root.yaml`

export function rootApplication(git: GitPlace): KubernetesObject {
  return folderApplication(ROOT_APPLICATION, git, { folder: GITOPS.bootstrap, prune: false, wave: -4 })
}

/**
 * What every repository with a bootstrapped cluster has: the applications of the platform and the projects.
 * @param codeCommit the repository for which a job in the cluster signs passwords
 */
export function commonFiles(project: Project, git: GitPlace, codeCommit?: CodeCommitPlace): TemplateFile[] {
  const environments = [...project.environments.values()].filter(({ isolation }) => isolation === 'hard')
  return [
    yamlFile(ROOT_FILE, rootApplication(git), 'The application that brings all others, and itself.'),
    ...(codeCommit ? [gitPasswordFile(GITOPS.bootstrap, codeCommit)] : []),
    ...APPLICATIONS.map(({ name, ...options }) =>
      yamlFile(`${GITOPS.bootstrap}/${name}.yaml`, folderApplication(name, git, options), `What lies in ${options.folder}.`),
    ),
    yamlFile(`${GITOPS.projects}/platform.yaml`, platformProject(), 'For what the platform itself brings.'),
    ...environments.map(({ name }) =>
      yamlFile(`${GITOPS.projects}/apps-${name}.yaml`, applicationsProject(name, git), `For the applications of ${name}.`),
    ),
  ]
}
