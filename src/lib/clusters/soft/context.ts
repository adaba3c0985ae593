import { AwsClients } from '../../aws/clients.js'
import { stateOutputs } from '../../aws/state-object.js'
import type { Environment, Project, SoftPart } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
import type { Kubectl } from '../../kube/kubectl.js'
import type { Progress, RootContext } from '../../roots/context.js'
import { stateKey } from '../../roots/environment-root.js'
import { unknownEnvironment } from '../../roots/select.js'
import { stateBucketOf } from '../../roots/value-files.js'
import { openClusterAt } from '../open-cluster.js'

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
  const { account, region } = environment
  const connection = await context.target.connect(account, region)
  const kubectl = await context.findKubectl((detail) => {
    context.ports.report.emit({ type: 'step-progress', id: 'kubectl', detail })
  })
  const { roleArn } = context
  const opened = await openClusterAt(context, { environment, connection }, { kubectl, roleArn })
  try {
    await assertAllowed(opened.kubectl, environment)
    return await work(opened.kubectl)
  } finally {
    await opened.close()
  }
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
