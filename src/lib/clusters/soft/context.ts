import { AwsClients } from '../../aws/clients.js'
import { readClusterAccess } from '../../aws/cluster-details.js'
import { stateOutputs } from '../../aws/state-object.js'
import type { Environment, Project, SoftPart } from '../../config/project.js'
import { Kubectl } from '../../kube/kubectl.js'
import { withTemporaryKubeconfig } from '../../kube/temporary-kubeconfig.js'
import type { Progress, RootContext } from '../../roots/context.js'
import { stateKey } from '../../roots/environment-root.js'
import { unknownEnvironment } from '../../roots/select.js'
import { stateBucketOf } from '../../roots/value-files.js'
import { requestFor } from '../find-cluster.js'
import { tokenFlags } from '../token-request.js'

/** What the commands hand to the use cases of soft environments. */
export interface SoftContext extends RootContext {
  /** Absolute path of this program, which makes the tokens of kubectl. */
  program: string
  /** Finds kubectl, installing it where it is missing. */
  findKubectl(progress: Progress): Promise<string>
}

export type SoftEnvironment = Environment & { host: string; soft: SoftPart }

/** @throws `EnvironmentNotFound` */
export function softOf(project: Project, name: string): SoftEnvironment {
  const environment = project.environments.get(name)
  if (!environment) throw unknownEnvironment(project, name)
  const { host, soft } = environment
  if (host === undefined || !soft) throw new Error(`${name} is not soft`)
  return { ...environment, host, soft }
}

/** What the state of the host says. Empty while there is no host. */
export async function hostOutputs(context: SoftContext, { host, account, region }: SoftEnvironment): Promise<Record<string, unknown>> {
  await context.target.prepare()
  const place = { name: host, account, region, stateKey: stateKey(host) }
  const clients = new AwsClients(await context.target.connect(account, region))
  return stateOutputs(clients, { bucket: stateBucketOf(context.project, place), key: place.stateKey })
}

/**
 * Works in the cluster of the host, by a kubeconfig of its own.
 * @throws `ClusterNotFound`, `ClusterNotReady`
 */
export async function inHostCluster<T>(context: SoftContext, environment: SoftEnvironment, work: (kubectl: Kubectl) => Promise<T>) {
  const { account, region, cluster, host } = environment
  const connection = await context.target.connect(account, region)
  const access = await readClusterAccess(new AwsClients(connection), cluster.name, host)
  const program = await context.findKubectl((detail) => {
    context.ports.report.emit({ type: 'step-progress', id: 'kubectl', detail })
  })
  const { AWS_PROFILE: profile } = context.ports.env
  const request = requestFor({ environment, connection })
  const flags = tokenFlags({ ...request, ...(context.target.kind === 'aws' && profile !== undefined && profile !== '' && { profile }) })
  const token = { command: context.program, args: ['cluster', 'token', ...flags] }
  return withTemporaryKubeconfig({ name: cluster.name, ...access, token }, (kubeconfig) =>
    work(new Kubectl(context.ports, { program, kubeconfig })),
  )
}
