import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { ApiServer } from '../kube/api-server.js'

/** The environment whose cluster watches over all others. @throws `ManagementMissing` */
export function managementOf({ environments }: Project): Environment {
  const found = [...environments.values()].find(({ role }) => role === 'management')
  if (found) return found
  throw new UserError('ManagementMissing', 'No environment has the role management.', {
    reason: 'Prometheus, Grafana and Argo CD run in the cluster of that environment.',
    next: ['platform env create NAME --role management'],
  })
}

/** The API server of its cluster, with a token of the caller, found when it is first asked for. */
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
