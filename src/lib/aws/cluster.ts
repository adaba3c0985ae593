import type { AwsClients } from './clients.js'
import { explainAwsError } from './explain-error.js'

export interface ClusterFacts {
  arn: string
  status: string
  version: string
  endpoint?: string
  deletionProtection: boolean
}

/** What EKS says of a cluster, or undefined when there is none. */
export async function readCluster(clients: AwsClients, name: string): Promise<ClusterFacts | undefined> {
  const { DescribeClusterCommand, ResourceNotFoundException } = await import('@aws-sdk/client-eks')
  try {
    const { cluster } = await (await clients.eks()).send(new DescribeClusterCommand({ name }))
    if (!cluster) return undefined
    return {
      arn: cluster.arn ?? '',
      status: cluster.status ?? 'UNKNOWN',
      version: cluster.version ?? '',
      ...(cluster.endpoint !== undefined && { endpoint: cluster.endpoint }),
      deletionProtection: cluster.deletionProtection ?? false,
    }
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw explainAwsError(error, `read cluster ${name}`)
  }
}

/** Switches EKS's deletion protection. Source: https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html */
export async function setDeletionProtection(clients: AwsClients, name: string, on: boolean): Promise<void> {
  const { UpdateClusterConfigCommand, waitUntilClusterActive } = await import('@aws-sdk/client-eks')
  try {
    const client = await clients.eks()
    await client.send(new UpdateClusterConfigCommand({ name, deletionProtection: on }))
    await waitUntilClusterActive({ client, maxWaitTime: 300, minDelay: 1, maxDelay: 15 }, { name })
  } catch (error) {
    throw explainAwsError(error, `set the deletion protection of cluster ${name}`)
  }
}

/** Waits for a change of the cluster that is going on in EKS; an upgrade of a control plane takes ten minutes and more. */
export async function waitUntilClusterSettled(clients: Pick<AwsClients, 'eks'>, name: string, abortSignal: AbortSignal): Promise<void> {
  const { waitUntilClusterActive } = await import('@aws-sdk/client-eks')
  try {
    const client = await clients.eks()
    await waitUntilClusterActive({ client, maxWaitTime: 3600, minDelay: 5, maxDelay: 30, abortSignal }, { name })
  } catch (error) {
    abortSignal.throwIfAborted()
    throw explainAwsError(error, `wait for cluster ${name}`)
  }
}
