import type { Addon, AssociatedAccessPolicy, Cluster, EKSClient, Nodegroup } from '@aws-sdk/client-eks'
import type { AwsClients } from './clients.js'
import { explained, unlessMissing } from './explain-error.js'
import { mapLimited } from './waiting.js'

/** An access entry of a person or a role. Those of nodes are made by EKS itself and left to it. */
export interface FoundAccessEntry {
  principalArn: string
  userName?: string
  groups: string[]
  tags: Record<string, string>
  policies: AssociatedAccessPolicy[]
}

/** An add-on with its roles through Pod Identity, by service account. */
export interface FoundAddon {
  addon: Addon
  podIdentities: Record<string, string>
}

/** Everything of a cluster that Terraform can be told. */
export interface FoundCluster {
  cluster: Cluster
  vpcCidr: string
  nodeGroups: Nodegroup[]
  addons: FoundAddon[]
  accessEntries: FoundAccessEntry[]
  oidcProvider?: { url: string; clientIds: string[]; thumbprints: string[]; tags: Record<string, string> }
  fargateProfiles: string[]
}

const AT_ONCE = 8
const MISSING = 'ResourceNotFoundException'

type Clients = Pick<AwsClients, 'eks' | 'ec2' | 'iam'>

/** Reads a cluster as it is. @returns undefined when EKS knows no such cluster */
export async function readExistingCluster(clients: Clients, name: string): Promise<FoundCluster | undefined> {
  const sdk = await import('@aws-sdk/client-eks')
  return explained(`read cluster ${name}`, async () => {
    const client = await clients.eks()
    const cluster = (await unlessMissing(client.send(new sdk.DescribeClusterCommand({ name })), MISSING))?.cluster
    if (!cluster) return undefined
    const byMode = cluster.accessConfig?.authenticationMode !== 'CONFIG_MAP'
    const [vpcCidr, nodeGroups, addons, accessEntries, oidcProvider, fargateProfiles] = await Promise.all([
      readCidr(clients, cluster.resourcesVpcConfig?.vpcId),
      readNodeGroups(client, name),
      readAddons(client, name),
      byMode ? readAccessEntries(client, name) : [],
      readOidcProvider(clients, cluster),
      readFargateProfiles(client, name),
    ])
    return { cluster, vpcCidr, nodeGroups, addons, accessEntries, ...(oidcProvider && { oidcProvider }), fargateProfiles }
  })
}

/** The names of all clusters of the account in the region. */
export async function listClusters(clients: Pick<AwsClients, 'eks'>): Promise<string[]> {
  const { paginateListClusters } = await import('@aws-sdk/client-eks')
  return explained('list the EKS clusters', async () => {
    const names: string[] = []
    for await (const { clusters } of paginateListClusters({ client: await clients.eks() }, {})) names.push(...(clusters ?? []))
    return names.toSorted()
  })
}

async function readCidr(clients: Pick<AwsClients, 'ec2'>, vpcId: string | undefined): Promise<string> {
  if (vpcId === undefined) return ''
  const { DescribeVpcsCommand } = await import('@aws-sdk/client-ec2')
  const { Vpcs = [] } = await (await clients.ec2()).send(new DescribeVpcsCommand({ VpcIds: [vpcId] }))
  return Vpcs[0]?.CidrBlock ?? ''
}

async function readNodeGroups(client: EKSClient, clusterName: string): Promise<Nodegroup[]> {
  const { paginateListNodegroups, DescribeNodegroupCommand } = await import('@aws-sdk/client-eks')
  const names: string[] = []
  for await (const { nodegroups } of paginateListNodegroups({ client }, { clusterName })) names.push(...(nodegroups ?? []))
  const found = await mapLimited(names.toSorted(), AT_ONCE, async (nodegroupName) =>
    client.send(new DescribeNodegroupCommand({ clusterName, nodegroupName })),
  )
  return found.flatMap(({ nodegroup }) => nodegroup ?? [])
}

async function readAddons(client: EKSClient, clusterName: string): Promise<FoundAddon[]> {
  const { paginateListAddons, DescribeAddonCommand, DescribePodIdentityAssociationCommand } = await import('@aws-sdk/client-eks')
  const names: string[] = []
  for await (const { addons } of paginateListAddons({ client }, { clusterName })) names.push(...(addons ?? []))
  return mapLimited(names.toSorted(), AT_ONCE, async (addonName) => {
    const { addon = {} } = await client.send(new DescribeAddonCommand({ clusterName, addonName }))
    const podIdentities: Record<string, string> = {}
    for (const arn of addon.podIdentityAssociations ?? []) {
      const associationId = arn.split('/').at(-1)
      const { association } = await client.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }))
      if (association?.serviceAccount !== undefined) podIdentities[association.serviceAccount] = association.roleArn ?? ''
    }
    return { addon, podIdentities }
  })
}

async function readAccessEntries(client: EKSClient, clusterName: string): Promise<FoundAccessEntry[]> {
  const { paginateListAccessEntries, paginateListAssociatedAccessPolicies, DescribeAccessEntryCommand } =
    await import('@aws-sdk/client-eks')
  const principals: string[] = []
  for await (const { accessEntries } of paginateListAccessEntries({ client }, { clusterName })) principals.push(...(accessEntries ?? []))
  const found = await mapLimited(principals.toSorted(), AT_ONCE, async (principalArn) => {
    const { accessEntry } = await client.send(new DescribeAccessEntryCommand({ clusterName, principalArn }))
    if (accessEntry?.type !== 'STANDARD' || principalArn.includes(':role/aws-service-role/')) return []
    const policies: AssociatedAccessPolicy[] = []
    for await (const page of paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn }))
      policies.push(...(page.associatedAccessPolicies ?? []))
    const { username, kubernetesGroups = [], tags = {} } = accessEntry
    return [{ principalArn, ...(username !== undefined && { userName: username }), groups: kubernetesGroups, tags, policies }]
  })
  return found.flat()
}

async function readOidcProvider(clients: Pick<AwsClients, 'iam'>, { arn, identity }: Cluster): Promise<FoundCluster['oidcProvider']> {
  const issuer = identity?.oidc?.issuer
  const [, partition, , , account] = (arn ?? '').split(':')
  if (issuer === undefined || partition === undefined || account === undefined) return undefined
  const { GetOpenIDConnectProviderCommand } = await import('@aws-sdk/client-iam')
  const OpenIDConnectProviderArn = `arn:${partition}:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`
  const found = await unlessMissing(
    (await clients.iam()).send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
    'NoSuchEntityException',
    'NoSuchEntity',
  )
  if (!found) return undefined
  const tags = Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
  return { url: issuer, clientIds: found.ClientIDList ?? [], thumbprints: found.ThumbprintList ?? [], tags }
}

async function readFargateProfiles(client: EKSClient, clusterName: string): Promise<string[]> {
  const { ListFargateProfilesCommand } = await import('@aws-sdk/client-eks')
  // An emulator may not know them, and a profile only ends up in a note.
  const answer = await client.send(new ListFargateProfilesCommand({ clusterName })).catch(() => undefined)
  return answer?.fargateProfileNames ?? []
}
