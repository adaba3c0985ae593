import { managementOf } from '../config/management.js'
import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { ApiServer } from '../kube/api-server.js'

/** The API server of the management cluster, with a token of the caller, found when it is first asked for. */
export function managementApi(context: { ports: Ports; project: Project; target: AwsTarget }): () => Promise<ApiServer> {
  return async () => {
    const [{ findCluster, requestFor }, { clusterToken }, { AwsClients }, { readClusterAccess }] = await Promise.all([
      import('../clusters/find-cluster.js'),
      import('../clusters/token.js'),
      import('../aws/clients.js'),
      import('../aws/cluster-details.js'),
    ])
    const { name } = managementOf(context.project)
    const place = await findCluster(context, name)
    const access = await readClusterAccess(new AwsClients(place.connection), place.environment.cluster.name, name)
    const { status } = await clusterToken(context.ports, requestFor(place))
    return { url: access.endpoint, certificateAuthority: access.certificateAuthority, token: status.token }
  }
}

/** Consoles that only the sandbox knows: Argo CD runs beside the cluster, so nothing in the cluster leads to it. */
export async function consolesOfSandbox(ports: Ports, project: Project): Promise<Record<string, string>> {
  if (project.platform.target !== 'sandbox') return {}
  const { sandboxStatus } = await import('../sandbox/status.js')
  const { clusters } = await sandboxStatus(ports, project.directory)
  const { name } = managementOf(project).cluster
  const url = clusters.find((cluster) => cluster.name === name)?.argoCd?.url
  return typeof url === 'string' ? { argocd: url } : {}
}
