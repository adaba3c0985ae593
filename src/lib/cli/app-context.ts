import type { AppsContext } from '../apps/context.js'
import type { ClusterContext } from '../clusters/find-cluster.js'
import type { GitPlace } from '../config/git-place.js'
import { managementOf } from '../config/management.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import type { ToolName } from '../tools/catalogue.js'
import { placeOfGit } from './place-of-git.js'
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
  const { project } = base
  const cleanUp: Array<() => Promise<void>> = []
  const clusters = new Map<string, Promise<KubernetesClient>>()
  const cluster = async (name: string): Promise<KubernetesClient> => {
    const open = clusters.get(name) ?? openCluster(base, name, options.roleArn, cleanUp)
    clusters.set(name, open)
    return open
  }
  let place: Promise<GitPlace> | undefined
  const context: AppsContext = {
    ports: base.ports,
    project,
    cluster,
    hub: async () => cluster(managementOf(project).name),
    git: async () => (place ??= placeOfGit(base)),
    render: async (chart) => {
      const { renderChart } = await import('../helm/render-chart.js')
      return renderChart(base.ports, await findTool(base, 'helm'), project.directory, chart)
    },
  }
  try {
    return await work(context)
  } finally {
    for (const close of cleanUp) await close()
  }
}

async function openCluster(
  base: ClusterContext,
  name: string,
  roleArn: string | undefined,
  cleanUp: Array<() => Promise<void>>,
): Promise<KubernetesClient> {
  const [{ findCluster }, { openClusterAt }] = await Promise.all([
    import('../clusters/find-cluster.js'),
    import('../clusters/open-cluster.js'),
  ])
  const place = await findCluster(base, name)
  const kubectl = await findTool(base, 'kubectl')
  const opened = await openClusterAt({ ...base, program: thisProgram() }, place, { kubectl, roleArn })
  cleanUp.push(opened.close)
  return opened.kubectl
}

async function findTool({ ports, project }: ClusterContext, name: ToolName): Promise<string> {
  const { resolveTool } = await import('../tools/resolve-tool.js')
  const { toolLockOf } = await import('./tool-lock.js')
  return (await resolveTool(ports, name, { install: true, lock: await toolLockOf(project.directory) })).path
}
