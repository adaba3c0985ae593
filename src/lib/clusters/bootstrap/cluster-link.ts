import { AwsClients } from '../../aws/clients.js'
import type { ClusterAccess, ClusterDetails } from '../../aws/cluster-details.js'
import { stateOutputs } from '../../aws/state-object.js'
import type { Environment } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
import type { AwsConnection } from '../../core/target.js'
import type { KubernetesClient } from '../../core/kubernetes.js'
import { Helm } from '../../helm/helm.js'
import { readCertificate } from '../../kube/certificate.js'
import type { Kubectl } from '../../kube/kubectl.js'
import { stateKey } from '../../roots/environment-root.js'
import { stateBucketOf } from '../../roots/value-files.js'
import { type ClusterPlace, findCluster } from '../find-cluster.js'
import { openClusterAt } from '../open-cluster.js'
import type { BootstrapContext } from './context.js'

/** What is used of kubectl. */
export type ClusterKubectl = KubernetesClient & { run: Kubectl['run']; withSignal(signal: AbortSignal): ClusterKubectl }

/** The way into the cluster of an environment, and what AWS says of it. */
export interface ClusterLink {
  environment: Environment
  details: ClusterDetails
  access: ClusterAccess
  kubectl: ClusterKubectl
  helm: Helm
  /** A folder that vanishes with the link. */
  folder: string
  /** Outputs of its root module. */
  outputs: Readonly<Record<string, unknown>>
  /** How AWS is asked for it. */
  connection: AwsConnection
  /** Address of a sandbox. */
  endpoint: string | undefined
  /** Removes its files. */
  close(): Promise<void>
}

const TIMEOUT_MS = 10_000

/** Programs that work in a cluster. */
export interface ClusterPrograms {
  kubectl: string
  helm: string
}

/**
 * Opens the way into the cluster of an environment, with a kubeconfig of its own that is made from what EKS says.
 * @throws `ClusterNotFound`, `ClusterNotReady`, `EnvironmentNotFound`, `NotSupportedYet`
 */
export async function openCluster(
  context: BootstrapContext,
  name: string,
  { roleArn, programs }: { roleArn?: string | undefined; programs: ClusterPrograms },
): Promise<ClusterLink> {
  const place = await findCluster(context, name)
  const { environment, connection } = place
  if (environment.isolation === 'soft') throw softEnvironment(environment)
  const { details, access, kubeconfig, kubectl, close } = await openClusterAt(context, place, { roleArn, kubectl: programs.kubectl })
  try {
    return {
      environment,
      connection,
      details,
      access,
      outputs: await outputsOf(context, place),
      folder: kubeconfig.folder,
      endpoint: connection.endpoint,
      kubectl,
      helm: new Helm(context.ports, { program: programs.helm, folder: kubeconfig.folder, kubeconfig: kubeconfig.file }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function outputsOf({ project }: BootstrapContext, { environment, connection }: ClusterPlace): Promise<Record<string, unknown>> {
  const { account, region, name } = environment
  const place = { name, account, region, stateKey: stateKey(name) }
  return stateOutputs(new AwsClients(connection), { bucket: stateBucketOf(project, place), key: place.stateKey })
}

/**
 * That the server behind the endpoint is the configured cluster: the account, region and name that AWS tells, and a certificate of
 * the authority that EKS has made for this cluster. Contexts of a kubeconfig mean nothing here.
 * @throws `WrongCluster`, `KubernetesUnreachable`
 */
export async function assertIdentity(context: Pick<BootstrapContext, 'ports'>, link: ClusterLink): Promise<string> {
  const { environment, details, access } = link
  const { cluster, account, region } = environment
  const [, , service, foundRegion, foundAccount, resource] = details.arn.split(':')
  const wanted = `cluster/${cluster.name}`
  // A sandbox has one account for all.
  const sameAccount = link.endpoint !== undefined || foundAccount === account.id
  if (service !== 'eks' || foundRegion !== region || resource !== wanted || !sameAccount) {
    throw wrongCluster(link, `EKS answered with ${details.arn}, and ${wanted} in ${region} of account ${account.id} is configured.`)
  }
  const certificate = await readCertificate(access.endpoint, access.certificateAuthority, {
    timeoutMs: TIMEOUT_MS,
    signal: context.ports.signal,
  })
  if ('unreachable' in certificate) {
    throw new UserError('KubernetesUnreachable', `The API server of ${cluster.name} cannot be reached.`, {
      reason: `${access.endpoint}: ${certificate.unreachable}`,
      next: [
        'Work from its network, or open the endpoint to your address: cluster.publicAccessCidrs',
        `platform cluster status ${environment.name}`,
      ],
    })
  }
  if (!certificate.trusted) {
    throw wrongCluster(
      link,
      `Its certificate (${certificate.subject}) was not issued by the authority of the cluster (${certificate.issuer} has signed it).`,
    )
  }
  return `${cluster.name}, ${access.endpoint}`
}

function wrongCluster({ environment, access }: ClusterLink, reason: string): UserError {
  return new UserError('WrongCluster', `The server at ${access.endpoint} is not the cluster of ${environment.name}.`, {
    reason,
    next: [
      'Find out what answers there (a proxy, another cluster), before anything is written to it.',
      `platform cluster status ${environment.name}`,
    ],
    details: { environment: environment.name, endpoint: access.endpoint },
  })
}

/** Nothing is bootstrapped where there is no cluster. */
export function softEnvironment({ name, host }: Environment): UserError {
  return new UserError('NotSupportedYet', `Environment ${name} is soft: it has no cluster of its own.`, {
    next: [`Work with the cluster of its host: ${host ?? ''}`],
  })
}
