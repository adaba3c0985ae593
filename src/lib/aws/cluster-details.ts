import { UserError } from '../core/errors.js'
import type { AwsClients } from './clients.js'
import { explained, unlessMissing } from './explain-error.js'

/** How the API server of a cluster is reached. */
export interface ClusterAccess {
  endpoint: string
  /** PEM in base64, as kubectl wants it. */
  certificateAuthority: string
}

/** What EKS says of a cluster. */
export interface ClusterDetails {
  arn: string
  status: string
  version: string
  platformVersion: string
  /** What happens at the end of standard support: STANDARD upgrades by itself, EXTENDED costs more. */
  supportType: string
  access: Partial<ClusterAccess>
  endpoint: { url: string | null; public: boolean; publicCidrs: string[]; private: boolean }
  authenticationMode: string
  deletionProtection: boolean
  /** Kinds of control plane logs. */
  logs: { on: string[]; off: string[] }
  secretsKey: string | null
  issues: string[]
}

const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']

/** @returns undefined when EKS knows no such cluster */
export async function readClusterDetails(clients: Pick<AwsClients, 'eks'>, name: string): Promise<ClusterDetails | undefined> {
  const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  const answer = await explained(`read cluster ${name}`, async () =>
    unlessMissing((await clients.eks()).send(new DescribeClusterCommand({ name })), 'ResourceNotFoundException'),
  )
  const cluster = answer?.cluster
  if (!cluster) return undefined
  const { endpoint, certificateAuthority, resourcesVpcConfig: network } = cluster
  const on = (cluster.logging?.clusterLogging ?? []).flatMap(({ enabled, types }) => (enabled === true ? (types ?? []) : []))
  const isPublic = network?.endpointPublicAccess ?? false
  return {
    arn: cluster.arn ?? '',
    status: cluster.status ?? 'UNKNOWN',
    version: cluster.version ?? '',
    platformVersion: cluster.platformVersion ?? '',
    supportType: cluster.upgradePolicy?.supportType ?? 'EXTENDED',
    access: {
      ...(endpoint !== undefined && { endpoint }),
      ...(certificateAuthority?.data !== undefined && { certificateAuthority: certificateAuthority.data }),
    },
    endpoint: {
      url: endpoint ?? null,
      public: isPublic,
      publicCidrs: isPublic ? (network?.publicAccessCidrs ?? []) : [],
      private: network?.endpointPrivateAccess ?? false,
    },
    authenticationMode: cluster.accessConfig?.authenticationMode ?? 'CONFIG_MAP',
    deletionProtection: cluster.deletionProtection ?? false,
    logs: { on: on.toSorted(), off: LOG_TYPES.filter((type) => !on.some((each) => each === type)) },
    secretsKey: cluster.encryptionConfig?.[0]?.provider?.keyArn ?? null,
    issues: (cluster.health?.issues ?? []).map(issueText),
  }
}

/**
 * How to reach the API server of a cluster.
 * @throws `ClusterNotFound`, `ClusterNotReady`
 */
export async function readClusterAccess(clients: Pick<AwsClients, 'eks'>, name: string, environment: string): Promise<ClusterAccess> {
  return (await readReadyCluster(clients, name, environment)).access
}

/** What EKS says of a cluster that has an API server. @throws `ClusterNotFound`, `ClusterNotReady` */
export async function readReadyCluster(
  clients: Pick<AwsClients, 'eks'>,
  name: string,
  environment: string,
): Promise<{ details: ClusterDetails; access: ClusterAccess }> {
  const details = await readClusterDetails(clients, name)
  if (!details) throw clusterNotFound(name, environment)
  const { endpoint, certificateAuthority } = details.access
  if (endpoint !== undefined && certificateAuthority !== undefined) return { details, access: { endpoint, certificateAuthority } }
  throw new UserError('ClusterNotReady', `Cluster ${name} has no API server yet: it is ${details.status}.`, {
    next: [
      `See how it is: platform cluster status ${environment}`,
      'Then run the same command again. In a sandbox, Kubernetes must be asked for: platform sandbox up --kubernetes',
    ],
    details: { cluster: name, status: details.status },
  })
}

export function clusterNotFound(name: string, environment: string): UserError {
  return new UserError('ClusterNotFound', `EKS has no cluster ${name}.`, {
    reason: `Environment ${environment} has not been created, or was destroyed.`,
    next: [`platform env create ${environment}`, `platform env show ${environment}`],
    details: { cluster: name, environment },
  })
}

export function issueText({ code, message }: { code?: string | undefined; message?: string | undefined }): string {
  return [code, message].filter((part) => part !== undefined && part !== '').join(': ')
}
