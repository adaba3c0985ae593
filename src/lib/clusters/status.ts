import { AwsClients } from '../aws/clients.js'
import { type ClusterDetails, clusterNotFound, readClusterDetails } from '../aws/cluster-details.js'
import { type Addon, type NodeGroup, readAddons, readNodeGroups, readVersionSupport, type VersionSupport } from '../aws/cluster-parts.js'
import { findManagement } from '../config/management.js'
import type { Environment } from '../config/project.js'
import { messageOf } from '../core/errors.js'
import { type ApiStatus, readApiStatus } from './api-status.js'
import { type ClusterContext, findCluster, requestFor } from './find-cluster.js'
import { clusterToken } from './token.js'

export interface ClusterStatus extends Omit<ClusterDetails, 'version' | 'supportType' | 'access'> {
  environment: string
  cluster: string
  kubernetes: VersionSupportInDays & { version: string; supportType: string }
  nodeGroups: Array<NodeGroup & { ready: number | null }>
  addons: Addon[]
  api: ApiStatus
}

interface VersionSupportInDays {
  support: VersionSupport['status']
  standardSupportEnds: string | null
  extendedSupportEnds: string | null
  /** Until the end of standard support; negative after it. */
  daysLeft: number | null
}

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Everything about the cluster of an environment at a glance, from EKS and from its API server where that can be reached.
 * @throws `ClusterNotFound`, `EnvironmentNotFound`
 */
export async function clusterStatus(
  context: ClusterContext,
  name: string,
  { roleArn }: { roleArn?: string | undefined } = {},
): Promise<ClusterStatus> {
  const { ports, target } = context
  const place = await findCluster(context, name)
  const { environment, connection } = place
  const clients = new AwsClients(connection)
  const cluster = environment.cluster.name
  const details = await readClusterDetails(clients, cluster)
  if (!details) throw clusterNotFound(cluster, environment.name)
  const { version, supportType, access, ...rest } = details
  const [support, nodeGroups, addons, api] = await Promise.all([
    readVersionSupport(clients, version),
    readNodeGroups(clients, cluster),
    readAddons(clients, cluster),
    readApiStatus(ports, access, {
      localOnly: target.kind === 'sandbox',
      token: async () => (await clusterToken(ports, requestFor(place, roleArn ?? place.connection.roleArn))).status.token,
    }),
  ])
  return {
    environment: environment.name,
    cluster,
    ...rest,
    kubernetes: { version, supportType, ...inDays(support, ports.clock.now()) },
    nodeGroups: nodeGroups.map((group) => ({ ...group, ready: readyNodes(api, group.name) })),
    addons,
    api: await withApplications(context, environment, { api, roleArn }),
  }
}

/** Argo CD runs in the management cluster, and knows there what goes to the others. */
async function withApplications(
  context: ClusterContext,
  environment: Environment,
  { api, roleArn }: { api: ApiStatus; roleArn: string | undefined },
): Promise<ApiStatus> {
  const { ports, project, target } = context
  const management = findManagement(project)
  if (!api.reachable || api.applications || !management || management.name === environment.name) return api
  try {
    const place = await findCluster(context, management.name)
    const sameAccount = management.account.id === environment.account.id
    const details = await readClusterDetails(new AwsClients(place.connection), management.cluster.name)
    const token = async (): Promise<string> =>
      (await clusterToken(ports, requestFor(place, sameAccount ? (roleArn ?? place.connection.roleArn) : place.connection.roleArn))).status
        .token
    const hub = await readApiStatus(ports, details?.access ?? {}, { localOnly: target.kind === 'sandbox', token })
    const applications = hub.applications?.filter(({ cluster }) => cluster === environment.name) ?? null
    return {
      ...api,
      applications,
      applicationsReason: applications ? null : `${management.name}: ${hub.applicationsReason ?? hub.reason ?? 'unknown'}`,
    }
  } catch (error) {
    ports.signal.throwIfAborted()
    return { ...api, applicationsReason: messageOf(error) }
  }
}

function inDays({ status, standardEnds, extendedEnds }: VersionSupport, now: Date): VersionSupportInDays {
  const daysLeft = standardEnds === null ? null : Math.floor((Date.parse(standardEnds) - now.getTime()) / DAY_MS)
  return { support: status, standardSupportEnds: standardEnds, extendedSupportEnds: extendedEnds, daysLeft }
}

/** Only Kubernetes knows which nodes are ready. */
function readyNodes({ nodes }: ApiStatus, group: string): number | null {
  return nodes && nodes.filter(({ nodeGroup, ready }) => nodeGroup === group && ready).length
}
