import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import type { GitPlace } from '../../config/git-place.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import { PLATFORM_PROJECT } from '../../gitops/places.js'

export const ROOT_APPLICATION = 'root'
/** The Secret that Argo CD reads the repository with. */
export const GIT_SECRET = 'platform-git'
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'platform' }

/** Namespaces that no application of a team may touch. */
const CLOSED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', ARGOCD_NAMESPACE]

export function namespaceObject(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: MANAGED_BY } }
}

/** The project of what platform brings: it may do everything, everywhere. */
export function platformProject(): KubernetesObject {
  return projectObject(PLATFORM_PROJECT, {
    description: 'What the platform itself brings: its own definitions and the add-ons.',
    sourceRepos: ['*'],
    destinations: [{ name: '*', namespace: '*', server: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  })
}

const BESIDE_APPLICATIONS = [
  ['', 'LimitRange'],
  ['', 'ResourceQuota'],
  ['', 'Secret'],
  ['coordination.k8s.io', 'Lease'],
  ['networking.k8s.io', 'NetworkPolicy'],
  ['rbac.authorization.k8s.io', 'Role'],
  ['rbac.authorization.k8s.io', 'RoleBinding'],
] as const

/** The project of the applications of one environment: its cluster alone, none of the platform's namespaces, nothing cluster-wide. */
export function applicationsProject(environment: string, git: GitPlace): KubernetesObject {
  return projectObject(`apps-${environment}`, {
    description: `Applications of environment ${environment}.`,
    sourceRepos: [git.url],
    destinations: [
      { name: environment, namespace: '*' },
      ...CLOSED_NAMESPACES.map((namespace) => ({ name: environment, namespace: `!${namespace}` })),
    ],
    clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
    namespaceResourceBlacklist: [
      { group: '', kind: 'ResourceQuota' },
      { group: '', kind: 'LimitRange' },
    ],
    // What lies beside the applications and is not in Git is told, but for what controllers and platform itself put there.
    orphanedResources: { warn: true, ignore: BESIDE_APPLICATIONS.map(([group, kind]) => ({ group, kind })) },
  })
}

function projectObject(name: string, spec: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace: ARGOCD_NAMESPACE, labels: MANAGED_BY },
    spec,
  }
}

/**
 * An application of the platform that brings a folder of the repository into the management cluster. It has no finalizer: who deletes
 * it by accident deletes nothing else.
 * @param options.prune whether what vanishes from Git is deleted
 */
export function folderApplication(
  name: string,
  git: GitPlace,
  { folder, prune, wave }: { folder: string; prune: boolean; wave: number },
): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: ARGOCD_NAMESPACE,
      labels: MANAGED_BY,
      annotations: { 'argocd.argoproj.io/sync-wave': String(wave) },
    },
    spec: {
      project: PLATFORM_PROJECT,
      source: { repoURL: git.url, targetRevision: git.branch, path: folder, directory: { recurse: true } },
      destination: { server: 'https://kubernetes.default.svc', namespace: ARGOCD_NAMESPACE },
      syncPolicy: {
        automated: { prune, selfHeal: true, allowEmpty: true },
        retry: { limit: 10, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
      },
    },
  }
}

/** Git credentials, as Argo CD finds them: for every repository whose address begins so. */
export function gitCredentials(git: GitPlace, { username, password }: { username: string; password: string }): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: GIT_SECRET,
      namespace: ARGOCD_NAMESPACE,
      labels: { ...MANAGED_BY, 'argocd.argoproj.io/secret-type': 'repository' },
    },
    type: 'Opaque',
    stringData: { type: 'git', url: git.url, username, password },
  }
}
