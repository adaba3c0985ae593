import type { AwsClients } from './clients.js'
import { issueText } from './cluster-details.js'
import { explained } from './explain-error.js'

export interface NodeGroup {
  name: string
  status: string
  version: string
  desired: number
  min: number
  max: number
  instanceTypes: string[]
  issues: string[]
}

export interface Addon {
  name: string
  status: string
  version: string
  issues: string[]
}

/** Until when AWS supports a Kubernetes version. Dates as yyyy-mm-dd; null where AWS does not say. */
export interface VersionSupport {
  status: 'standard' | 'extended' | 'unsupported' | 'unknown'
  standardEnds: string | null
  extendedEnds: string | null
}

/** The managed node groups of a cluster, by name. */
export async function readNodeGroups(clients: Pick<AwsClients, 'eks'>, clusterName: string): Promise<NodeGroup[]> {
  const { paginateListNodegroups, DescribeNodegroupCommand } = await import('@aws-sdk/client-eks')
  return explained(`read the node groups of ${clusterName}`, async () => {
    const client = await clients.eks()
    const names: string[] = []
    for await (const { nodegroups } of paginateListNodegroups({ client }, { clusterName })) names.push(...(nodegroups ?? []))
    return Promise.all(
      names.toSorted().map(async (nodegroupName): Promise<NodeGroup> => {
        const { nodegroup } = await client.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }))
        const { desiredSize = 0, minSize = 0, maxSize = 0 } = nodegroup?.scalingConfig ?? {}
        return {
          name: nodegroupName,
          status: nodegroup?.status ?? 'UNKNOWN',
          version: nodegroup?.version ?? '',
          desired: desiredSize,
          min: minSize,
          max: maxSize,
          instanceTypes: nodegroup?.instanceTypes ?? [],
          issues: (nodegroup?.health?.issues ?? []).map(issueText),
        }
      }),
    )
  })
}

/** The add-ons that EKS manages in a cluster, by name. */
export async function readAddons(clients: Pick<AwsClients, 'eks'>, clusterName: string): Promise<Addon[]> {
  const { paginateListAddons, DescribeAddonCommand } = await import('@aws-sdk/client-eks')
  return explained(`read the add-ons of ${clusterName}`, async () => {
    const client = await clients.eks()
    const names: string[] = []
    for await (const { addons } of paginateListAddons({ client }, { clusterName })) names.push(...(addons ?? []))
    return Promise.all(
      names.toSorted().map(async (addonName): Promise<Addon> => {
        const { addon } = await client.send(new DescribeAddonCommand({ clusterName, addonName }))
        return {
          name: addonName,
          status: addon?.status ?? 'UNKNOWN',
          version: addon?.addonVersion ?? '',
          issues: (addon?.health?.issues ?? []).map(issueText),
        }
      }),
    )
  })
}

/** Asks AWS, whose calendar changes. */
export async function readVersionSupport(clients: Pick<AwsClients, 'eks'>, version: string): Promise<VersionSupport> {
  const { DescribeClusterVersionsCommand } = await import('@aws-sdk/client-eks')
  const { clusterVersions = [] } = await explained('read the Kubernetes versions of EKS', async () =>
    (await clients.eks()).send(new DescribeClusterVersionsCommand({ clusterVersions: [version], includeAll: true })),
  )
  const found = clusterVersions.find(({ clusterVersion }) => clusterVersion === version)
  return {
    status: SUPPORT[found?.versionStatus ?? ''] ?? 'unknown',
    standardEnds: dateOf(found?.endOfStandardSupportDate),
    extendedEnds: dateOf(found?.endOfExtendedSupportDate),
  }
}

const SUPPORT: Readonly<Record<string, VersionSupport['status']>> = {
  STANDARD_SUPPORT: 'standard',
  EXTENDED_SUPPORT: 'extended',
  UNSUPPORTED: 'unsupported',
}

function dateOf(date: Date | undefined): string | null {
  return date?.toISOString().slice(0, 10) ?? null
}
