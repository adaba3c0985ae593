import { randomBytes } from 'node:crypto'
import type { KubeApi } from '../clusters/kube-api.js'
import { decoded, environmentOf, type EnvironmentEntry } from './environment.js'

/** The parts of Argo CD that run, by their label `app.kubernetes.io/component`. */
export const components = ['repo-server', 'application-controller', 'applicationset-controller', 'server'] as const
export type Component = (typeof components)[number]

export interface InstalledComponent {
  serviceAccount: string
  /** What its pods would have in their environment. */
  environment: Readonly<Record<string, string>>
}

/** Argo CD as it is installed in a cluster. */
export interface Installation {
  namespace: string
  components: Readonly<Partial<Record<Component, InstalledComponent>>>
  /** Undefined where nobody has made one yet. */
  redisPassword: string | undefined
  /** Which hosts it trusts: the content of `ssh_known_hosts`, and certificates by name of the host. */
  sshKnownHosts: string
  certificates: Readonly<Record<string, string>>
}

interface Workload {
  metadata: { namespace: string; labels?: Record<string, string>; deletionTimestamp?: string }
  spec: {
    replicas?: number
    template: { spec: { serviceAccountName?: string; containers: Array<{ env?: EnvironmentEntry[] }> } }
  }
}

type Calls = Pick<KubeApi, 'list' | 'get'>

const REDIS_SECRET = 'argocd-redis'
const SELECTOR = encodeURIComponent('app.kubernetes.io/part-of=argocd')

/** Undefined where it is not installed, or not yet far enough to run. */
export async function findInstallation(api: Calls): Promise<Installation | undefined> {
  const workloads = await workloadsOf(api)
  const namespace = workloads.find(({ metadata }) => componentOf(metadata.labels) === 'server')?.metadata.namespace
  if (namespace === undefined) return undefined
  const dataOf = async (kind: string, name: string): Promise<Record<string, string> | undefined> =>
    stringsIn((await api.get(`/api/v1/namespaces/${namespace}/${kind}/${name}`))?.['data'])
  // Without these its programs would end at once.
  const [served, settings] = await Promise.all([api.get('/apis/argoproj.io/v1alpha1'), dataOf('configmaps', 'argocd-cm')])
  if (!served || !settings) return undefined
  const [redis, hosts, certificates] = await Promise.all([
    dataOf('secrets', REDIS_SECRET),
    dataOf('configmaps', 'argocd-ssh-known-hosts-cm'),
    dataOf('configmaps', 'argocd-tls-certs-cm'),
  ])
  return {
    namespace,
    components: await componentsIn(
      workloads.filter(({ metadata }) => metadata.namespace === namespace),
      dataOf,
    ),
    redisPassword: decoded(redis?.['auth']),
    sshKnownHosts: hosts?.['ssh_known_hosts'] ?? '',
    certificates: certificates ?? {},
  }
}

/** Makes the password of its Redis, which is the work of a container or a job there: those run nothing here. */
export async function makeRedisPassword(api: Pick<KubeApi, 'create'>, namespace: string): Promise<void> {
  await api.create(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: REDIS_SECRET },
    stringData: { auth: randomBytes(12).toString('base64url') },
  })
}

async function workloadsOf(api: Calls): Promise<Workload[]> {
  const kinds = ['deployments', 'statefulsets'].map(async (kind) => api.list<Workload>(`/apis/apps/v1/${kind}?labelSelector=${SELECTOR}`))
  return (await Promise.all(kinds)).flat().filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

/** Those that somebody scaled to none do not run. */
async function componentsIn(
  workloads: readonly Workload[],
  dataOf: (kind: string, name: string) => Promise<Record<string, string> | undefined>,
): Promise<Partial<Record<Component, InstalledComponent>>> {
  const found: Partial<Record<Component, InstalledComponent>> = {}
  const known = new Map<string, Promise<Record<string, string> | undefined>>()
  const remembered = async (kind: string, name: string): Promise<Record<string, string> | undefined> => {
    const key = `${kind}/${name}`
    known.set(key, known.get(key) ?? dataOf(kind, name))
    return known.get(key)
  }
  for (const { metadata, spec } of workloads) {
    const component = componentOf(metadata.labels)
    if (component === undefined || spec.replicas === 0) continue
    const pod = spec.template.spec
    const environment = await environmentOf(pod.containers[0]?.env ?? [], remembered)
    found[component] = { serviceAccount: pod.serviceAccountName ?? 'default', environment }
  }
  return found
}

function componentOf(labels: Record<string, string> = {}): Component | undefined {
  return components.find((component) => component === labels['app.kubernetes.io/component'])
}

function stringsIn(value: unknown): Record<string, string> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : undefined
}
