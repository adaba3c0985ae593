import { AwsClients } from '../aws/clients.js'
import { type ClusterAccess, type ClusterDetails, readReadyCluster } from '../aws/cluster-details.js'
import { Kubectl } from '../kube/kubectl.js'
import { makeTemporaryKubeconfig, type TemporaryKubeconfig } from '../kube/temporary-kubeconfig.js'
import { type ClusterContext, type ClusterPlace, requestFor } from './find-cluster.js'
import { tokenFlags } from './token-request.js'

/** What a way into a cluster needs beside what the commands have. */
export interface OpeningContext extends Pick<ClusterContext, 'ports' | 'target'> {
  /** Absolute path of this program, which makes the tokens of kubectl and Helm. */
  program: string
}

/** The way into a cluster, and what EKS says of it. */
export interface OpenCluster {
  details: ClusterDetails
  access: ClusterAccess
  kubeconfig: TemporaryKubeconfig
  kubectl: Kubectl
  /** Removes its files. */
  readonly close: () => Promise<void>
}

/**
 * Opens the way into the cluster of an environment, with a kubeconfig of its own that is made from what EKS says.
 * @param options.roleArn role to work under; absent: the one that works in the account
 * @param options.kubectl its path
 * @throws `ClusterNotFound`, `ClusterNotReady`
 */
export async function openClusterAt(
  { ports, program, target }: OpeningContext,
  place: ClusterPlace,
  { kubectl, roleArn }: { kubectl: string; roleArn?: string | undefined },
): Promise<OpenCluster> {
  const { environment, connection } = place
  const { cluster, host, name } = environment
  const { details, access } = await readReadyCluster(new AwsClients(connection), cluster.name, host ?? name)
  const { AWS_PROFILE: profile } = ports.env
  const request = requestFor(place, roleArn ?? connection.roleArn)
  const flags = tokenFlags({ ...request, ...(target.kind === 'aws' && profile !== undefined && profile !== '' && { profile }) })
  const token = { command: program, args: ['cluster', 'token', ...flags] }
  const kubeconfig = await makeTemporaryKubeconfig({ name: cluster.name, ...access, token })
  return {
    details,
    access,
    kubeconfig,
    kubectl: new Kubectl(ports, { program: kubectl, kubeconfig }),
    close: async () => kubeconfig.remove(),
  }
}
