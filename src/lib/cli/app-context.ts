import type { AppsContext } from '../apps/context.js'
import type { ClusterContext } from '../clusters/find-cluster.js'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import type { ToolName } from '../tools/catalogue.js'
import { thisProgram } from './this-program.js'

/**
 * Runs the use case of an `app` command. The ways into clusters are opened when they are first needed, and closed afterwards.
 * @param options.roleArn role to work under in the clusters
 */
export async function withApps<T>(
  base: ClusterContext,
  options: { roleArn?: string | undefined },
  work: (context: AppsContext) => Promise<T>,
): Promise<T> {
  const { project, target } = base
  const cleanUp: Array<() => Promise<void>> = []
  const clusters = new Map<string, Promise<KubernetesClient>>()
  const cluster = async (name: string): Promise<KubernetesClient> => {
    const open = clusters.get(name) ?? openCluster(base, name, options.roleArn, cleanUp)
    clusters.set(name, open)
    return open
  }
  const context: AppsContext = {
    ports: base.ports,
    project,
    cluster,
    hub: async () => cluster(managementOf(project.environments.values()).name),
    git: async () => {
      const { gitPlace } = await import('../config/git-place.js')
      if (target.kind !== 'sandbox' || project.platform.git.url !== undefined) return gitPlace(project.platform, undefined)
      await target.prepare()
      const [account] = Object.values(project.platform.accounts)
      const { endpoint } = await target.connect({ id: '000000000000', ...account }, project.platform.region)
      return gitPlace(project.platform, endpoint)
    },
    render: async (chart) => {
      const { renderChart } = await import('./render-chart.js')
      return renderChart(base.ports, await findTool(base, 'helm'), project.directory, chart)
    },
  }
  try {
    return await work(context)
  } finally {
    for (const close of cleanUp) await close()
  }
}

function managementOf(environments: Iterable<Environment>): Environment {
  const found = [...environments].find(({ role, isolation }) => role === 'management' && isolation === 'hard')
  if (found) return found
  throw new UserError('EnvironmentNotFound', 'There is no management environment, so no Argo CD that brings applications.', {
    next: ['platform env create mgmt --role management', 'platform cluster bootstrap mgmt'],
  })
}

async function openCluster(
  base: ClusterContext,
  name: string,
  roleArn: string | undefined,
  cleanUp: Array<() => Promise<void>>,
): Promise<KubernetesClient> {
  const [{ findCluster, requestFor }, { AwsClients }, details, { makeTemporaryKubeconfig }, { Kubectl }, { tokenFlags }] =
    await Promise.all([
      import('../clusters/find-cluster.js'),
      import('../aws/clients.js'),
      import('../aws/cluster-details.js'),
      import('../kube/temporary-kubeconfig.js'),
      import('../kube/kubectl.js'),
      import('../clusters/token-request.js'),
    ])
  const place = await findCluster(base, name)
  const cluster = place.environment.cluster.name
  const found = await details.readClusterDetails(new AwsClients(place.connection), cluster)
  if (!found) throw details.clusterNotFound(cluster, place.environment.name)
  const { endpoint, certificateAuthority } = found.access
  if (endpoint === undefined || certificateAuthority === undefined) throw notReady(cluster, found.status)
  const request = requestFor(place, roleArn ?? place.connection.roleArn)
  const kubeconfig = await makeTemporaryKubeconfig({
    name: cluster,
    endpoint,
    certificateAuthority,
    token: { command: thisProgram(), args: ['cluster', 'token', ...tokenFlags(request)] },
  })
  cleanUp.push(async () => kubeconfig.remove())
  return new Kubectl(base.ports, { program: await findTool(base, 'kubectl'), kubeconfig })
}

function notReady(cluster: string, status: string): UserError {
  return new UserError('ClusterNotReady', `Cluster ${cluster} has no API server yet (${status}).`, {
    next: [
      'Wait until it is ACTIVE, then run the command again. In a sandbox, Kubernetes must be asked for: platform sandbox up --kubernetes',
    ],
  })
}

async function findTool({ ports, project }: ClusterContext, name: ToolName): Promise<string> {
  const { resolveTool } = await import('../tools/resolve-tool.js')
  const { toolLockOf } = await import('./tool-lock.js')
  return (await resolveTool(ports, name, { install: true, lock: await toolLockOf(project.directory) })).path
}
