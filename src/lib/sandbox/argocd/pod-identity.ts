import { randomUUID } from 'node:crypto'
import type { STSClient } from '@aws-sdk/client-sts'
import type { AwsClients } from '../../aws/clients.js'
import type { ServiceSession } from '../cloudtrail/service-session.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'
import { podsService } from './pods-service.js'
import { podsMayAssume } from './pod-trust.js'

/** A service account of a cluster, as EKS Pod Identity knows it. */
export interface PodPrincipal {
  cluster: string
  region: string
  namespace: string
  serviceAccount: string
}

/** What the agent of EKS Pod Identity answers to an SDK. */
export interface PodCredentials {
  AccessKeyId: string
  SecretAccessKey: string
  Token: string
  AccountId: string
  /** ISO 8601. */
  Expiration: string
}

/** Gives a pod its credentials, as EKS does, or says why not. */
export type PodIdentity = (principal: PodPrincipal) => Promise<{ credentials: PodCredentials } | { refused: string }>

/** The longest that EKS gives: six hours. Roles are made for one hour unless somebody says otherwise. */
const SESSION_SECONDS = 3600

/** Hears of each session, as CloudTrail does. */
export type SessionListener = (session: ServiceSession) => Promise<void>

/**
 * Plays EKS Pod Identity: a service account has the role of its association in the emulator.
 * @param clientsFor clients of the emulator's root identity for a region.
 */
export function emulatedPodIdentity(
  clientsFor: (region: string) => Promise<AwsClients>,
  accountId: string,
  onSession: SessionListener,
): PodIdentity {
  const mutex = new KeyedMutex()
  return async (principal) => {
    const clients = await clientsFor(principal.region)
    const roleArn = await roleOf(clients, principal)
    if (roleArn === undefined) return { refused: `${principal.namespace}/${principal.serviceAccount} has no pod identity association.` }
    if (!(await trustsPods(clients, roleArn)))
      return { refused: `${roleArn} does not let pods.eks.amazonaws.com assume it (sts:AssumeRole and sts:TagSession).` }
    const sts = await mutex.run('service', async () => podsService(clients))
    const { credentials, session } = await assume(sts, roleArn, { ...principal, accountId })
    await onSession(session)
    return { credentials }
  }
}

async function roleOf(clients: AwsClients, { cluster, namespace, serviceAccount }: PodPrincipal): Promise<string | undefined> {
  const { DescribePodIdentityAssociationCommand, ListPodIdentityAssociationsCommand } = await import('@aws-sdk/client-eks')
  const eks = await clients.eks()
  const { associations = [] } = await eks.send(new ListPodIdentityAssociationsCommand({ clusterName: cluster, namespace, serviceAccount }))
  // The emulator may not look at the filters.
  const found = associations.find((each) => each.namespace === namespace && each.serviceAccount === serviceAccount)
  if (!found) return undefined
  const answer = await eks.send(new DescribePodIdentityAssociationCommand({ clusterName: cluster, associationId: found.associationId }))
  return answer.association?.roleArn
}

/** The emulator looks at conditions, but not at the tags; and it does not say what is missing. */
async function trustsPods(clients: AwsClients, roleArn: string): Promise<boolean> {
  const { GetRoleCommand } = await import('@aws-sdk/client-iam')
  const RoleName = roleArn.split('/').at(-1) ?? ''
  const { Role } = await (await clients.iam()).send(new GetRoleCommand({ RoleName }))
  return podsMayAssume(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))
}

async function assume(
  sts: STSClient,
  roleArn: string,
  { accountId, cluster, namespace, region, serviceAccount }: PodPrincipal & { accountId: string },
): Promise<{ credentials: PodCredentials; session: ServiceSession }> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts')
  const tags = {
    'eks-cluster-arn': `arn:aws:eks:${region}:${accountId}:cluster/${cluster}`,
    'eks-cluster-name': cluster,
    'kubernetes-namespace': namespace,
    'kubernetes-service-account': serviceAccount,
  }
  // As EKS names the session (user guide, "Understand how EKS Pod Identity works").
  const sessionName = `eks-${cluster}-${serviceAccount}-${randomUUID()}`.slice(0, 64)
  const answer = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: SESSION_SECONDS,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      TransitiveTagKeys: Object.keys(tags),
    }),
  )
  const { AccessKeyId = '', Expiration, SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {}
  const end = Expiration ?? new Date(Date.now() + SESSION_SECONDS * 1000)
  const session: ServiceSession = {
    service: 'pods.eks.amazonaws.com',
    accountId,
    region,
    roleArn,
    roleId: answer.AssumedRoleUser?.AssumedRoleId?.split(':')[0] ?? '',
    sessionName,
    accessKeyId: AccessKeyId,
    expiresAt: end,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  }
  const credentials = { AccessKeyId, SecretAccessKey, Token: SessionToken, AccountId: accountId, Expiration: end.toISOString() }
  return { credentials, session }
}
