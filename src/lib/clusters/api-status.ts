import { toApplication } from '../argocd/application.js'
import type { ClusterAccess } from '../aws/cluster-details.js'
import { messageOf } from '../core/errors.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import { isLoopbackUrl } from '../core/loopback.js'
import type { Ports } from '../core/ports.js'
import { readCertificate, type ServerCertificate } from '../kube/certificate.js'
import { type KubernetesNode, type NotGiven, readApplicationObjects, readNodes, readServerVersion } from '../kube/cluster-objects.js'

export interface ArgoApplication {
  namespace: string
  name: string
  sync: string
  health: string
  revision: string | null
  /** Name of the cluster that it goes to, as Argo CD calls it; null: it names an address. */
  cluster: string | null
}

/** What the API server of a cluster says, or why it says nothing. */
export interface ApiStatus {
  reachable: boolean
  /** Whether it lets this identity in. */
  authorized: boolean
  /** Why not, in words. */
  reason: string | null
  /** Its own version. */
  version: string | null
  certificate: ServerCertificate | null
  /** null: it does not say. */
  nodes: KubernetesNode[] | null
  applications: ArgoApplication[] | null
  /** Why there are no applications. */
  applicationsReason: string | null
}

/** From outside of its network a private API server answers nothing at all. */
const TIMEOUT_MS = 5000

const NOTHING: ApiStatus = {
  reachable: false,
  authorized: false,
  reason: null,
  version: null,
  certificate: null,
  nodes: null,
  applications: null,
  applicationsReason: null,
}

/**
 * Looks at a cluster through its API server. Never fails: what cannot be had has a reason.
 * @param localOnly a sandbox leaves this machine for nothing
 * @param token asked only when the server can be reached
 */
export async function readApiStatus(
  ports: Pick<Ports, 'signal'>,
  { endpoint, certificateAuthority }: Partial<ClusterAccess>,
  { localOnly, token }: { localOnly: boolean; token: () => Promise<string> },
): Promise<ApiStatus> {
  if (endpoint === undefined || certificateAuthority === undefined) return { ...NOTHING, reason: 'EKS names no endpoint yet' }
  if (localOnly && !isLoopbackUrl(endpoint))
    return { ...NOTHING, reason: 'the local AWS has no API server behind this cluster; platform sandbox up --kubernetes starts one' }
  const options = { timeoutMs: TIMEOUT_MS, signal: ports.signal }
  try {
    const certificate = await readCertificate(endpoint, certificateAuthority, options)
    if ('unreachable' in certificate) return { ...NOTHING, reason: certificate.unreachable }
    const server = { url: endpoint, certificateAuthority, token: await token() }
    const [version, nodes, applications] = await Promise.all([
      readServerVersion(server, options),
      readNodes(server, options),
      readApplicationObjects(server, options),
    ])
    return {
      reachable: true,
      authorized: Array.isArray(nodes),
      reason: Array.isArray(nodes) ? null : nodes.reason,
      version: 'version' in version ? version.version : null,
      certificate,
      nodes: given(nodes),
      applications: given(applications)?.map(toSummary) ?? null,
      applicationsReason: Array.isArray(applications) ? null : applications.reason,
    }
  } catch (error) {
    ports.signal.throwIfAborted()
    return { ...NOTHING, reason: messageOf(error) }
  }
}

function toSummary(object: KubernetesObject): ArgoApplication {
  const { namespace, name, sync, health, revision, destination } = toApplication(object)
  return { namespace, name, sync, health, revision, cluster: destination.cluster.includes('://') ? null : destination.cluster || null }
}

function given<T>(value: T[] | NotGiven): T[] | null {
  return Array.isArray(value) ? value : null
}
