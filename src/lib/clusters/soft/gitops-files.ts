import { rm } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import type { Project } from '../../config/project.js'
import { readTextIfExists, resolveInside, writeFileAtomic } from '../../core/files.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import type { SoftEnvironment } from './context.js'
import { objectsOf } from './objects.js'

const ARGOCD = { namespace: 'argocd', labels: { 'app.kubernetes.io/managed-by': 'platform' } }

/** The files of a soft environment below `gitops/`, with forward slashes. */
function pathsOf({ name, host }: Pick<SoftEnvironment, 'name' | 'host'>) {
  return {
    objects: `gitops/namespaces/${host}/${name}/objects.yaml`,
    application: `gitops/bootstrap/soft-${name}.yaml`,
    project: `gitops/projects/apps-${name}.yaml`,
  }
}

/**
 * Writes what Argo CD compares the cluster with. The files follow from the configuration, so they are simply written again.
 * @returns the paths that changed
 */
export async function writeGitopsFiles(project: Project, environment: SoftEnvironment): Promise<string[]> {
  const paths = pathsOf(environment)
  const { url } = project.platform.git
  const files: Array<[string, KubernetesObject[]]> = [
    [paths.objects, objectsOf(environment)],
    // Argo CD cannot be told of a repository without an address.
    ...(url === undefined
      ? []
      : ([
          [paths.project, [projectObject(environment, url)]],
          [paths.application, [applicationObject(environment, { ...project.platform.git, url })]],
        ] satisfies Array<[string, KubernetesObject[]]>)),
  ]
  const changed: string[] = []
  for (const [relative, objects] of files) {
    const file = await resolveInside(project.directory, relative)
    const text = `# Written by platform from environments/${environment.name}.yaml: change that file.\n${objects.map((each) => `---\n${stringify(each, { aliasDuplicateObjects: false })}`).join('')}`
    if ((await readTextIfExists(file)) === text) continue
    await writeFileAtomic(file, text)
    changed.push(relative)
  }
  return changed
}

/** @returns the paths that were removed */
export async function removeGitopsFiles(project: Project, environment: SoftEnvironment): Promise<string[]> {
  const removed: string[] = []
  for (const relative of Object.values(pathsOf(environment))) {
    const file = await resolveInside(project.directory, relative)
    if ((await readTextIfExists(file)) === undefined) continue
    await rm(file)
    removed.push(relative)
  }
  return removed
}

/** What the applications of the environment may touch: its namespaces, and neither its quota nor its walls. */
function projectObject({ name, host, soft }: SoftEnvironment, url: string): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: `apps-${name}`, ...ARGOCD },
    spec: {
      description: `Applications of environment ${name}.`,
      sourceRepos: [url],
      destinations: soft.namespaces.map((namespace) => ({ name: host, namespace })),
      clusterResourceWhitelist: [],
      namespaceResourceBlacklist: [
        { group: '', kind: 'ResourceQuota' },
        { group: '', kind: 'LimitRange' },
        { group: 'networking.k8s.io', kind: 'NetworkPolicy' },
        { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding' },
      ],
    },
  }
}

/** Only compares: `env create` brings the objects, and after `env destroy` nothing may bring them back. */
function applicationObject({ name, host, soft }: SoftEnvironment, git: { url: string; branch: string }): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: `soft-${name}`, ...ARGOCD },
    spec: {
      project: 'platform',
      source: { repoURL: git.url, targetRevision: git.branch, path: path.posix.dirname(pathsOf({ name, host }).objects) },
      destination: { name: host, namespace: soft.namespaces[0] ?? name },
    },
  }
}
