import { type Application, toApplication } from '../argocd/application.js'
import { AwsClients } from '../aws/clients.js'
import { readClusterDetails } from '../aws/cluster-details.js'
import { messageOf } from '../core/errors.js'
import { isLoopbackUrl } from '../core/loopback.js'
import { type NotGiven, readApplicationObjects } from '../kube/cluster-objects.js'
import { type ClusterContext, findCluster, requestFor } from './find-cluster.js'
import { clusterToken } from './token.js'

/** From outside of its network a private API server answers nothing at all. */
const TIMEOUT_MS = 10_000

/**
 * What the Argo CD of a management environment says of its applications, or why it says nothing.
 * @param roleArn the role that asks, where it is not that of the account
 */
export async function applicationsOf(context: ClusterContext, management: string, roleArn?: string): Promise<Application[] | NotGiven> {
  const { ports, target } = context
  try {
    const place = await findCluster(context, management)
    const details = await readClusterDetails(new AwsClients(place.connection), place.environment.cluster.name)
    if (!details) return { reason: `there is no cluster ${place.environment.cluster.name}` }
    const { endpoint, certificateAuthority } = details.access
    if (endpoint === undefined || certificateAuthority === undefined) return { reason: 'EKS names no endpoint yet' }
    if (target.kind === 'sandbox' && !isLoopbackUrl(endpoint)) return { reason: 'the local AWS has no API server behind this cluster' }
    const { token } = (await clusterToken(ports, requestFor(place, roleArn ?? place.connection.roleArn))).status
    const server = { url: endpoint, certificateAuthority, token }
    const objects = await readApplicationObjects(server, { timeoutMs: TIMEOUT_MS, signal: ports.signal })
    return Array.isArray(objects) ? objects.map(toApplication).sort((a, b) => (a.name < b.name ? -1 : 1)) : objects
  } catch (error) {
    ports.signal.throwIfAborted()
    return { reason: messageOf(error) }
  }
}
