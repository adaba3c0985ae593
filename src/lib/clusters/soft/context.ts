import { AwsClients } from '../../aws/clients.js'
import { readClusterAccess } from '../../aws/cluster-details.js'
import { stateOutputs } from '../../aws/state-object.js'
import type { Environment, Project, SoftPart } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
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
  /** Role that works in the cluster. Absent: the one that works in the account. */
  roleArn: string | undefined
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
  const request = requestFor({ environment, connection }, context.roleArn ?? connection.roleArn)
  const flags = tokenFlags({ ...request, ...(context.target.kind === 'aws' && profile !== undefined && profile !== '' && { profile }) })
  const token = { command: context.program, args: ['cluster', 'token', ...flags] }
  return withTemporaryKubeconfig({ name: cluster.name, ...access, token }, async (kubeconfig) => {
    const kubectl = new Kubectl(context.ports, { program, kubeconfig })
    await assertAllowed(kubectl, environment)
    return work(kubectl)
  })
}

/** Quotas, bindings and whole namespaces need an administrator of the cluster. @throws `KubernetesRefused` */
async function assertAllowed(kubectl: Kubectl, { host, cluster }: SoftEnvironment): Promise<void> {
  const { exitCode, stdout, stderr } = await kubectl.run(['auth', 'can-i', '*', '*', '--all-namespaces'])
  if (exitCode === 0) return
  const [role] = cluster.administrators.filter((arn) => arn.includes(':role/'))
  throw new UserError('KubernetesRefused', `The cluster of ${host} does not let this identity make and delete namespaces.`, {
    reason: stderr.trim() || `kubectl auth can-i '*' '*' says ${stdout.trim()}.`,
    next: [
      ...(role === undefined ? [] : [`Work under a role that may: --role-arn ${role}`]),
      `Name your identity under cluster.administrators in environments/${host}.yaml, then: platform env apply ${host}`,
    ],
    details: { cluster: cluster.name },
  })
}
