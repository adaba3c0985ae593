import type { Nodegroup } from '@aws-sdk/client-eks'
import { isLogType, type LogType } from '../control-plane-logs/log-types.js'
import { emulatedEntries } from '../eks-access/emulated-entries.js'
import { principalIdsOf } from '../mends/eks-access-entry-principals.js'
import type { MendContext } from '../mends/mend.js'
import type { AccessEntry } from '../eks-access/ports.js'
import type { NodeGroup } from './node-shape.js'

export interface EksCluster {
  name: string
  region: string
  arn: string
  /** Version of Kubernetes that it says it is: `1.35`. */
  version: string
  serviceCidr: string
  issuer: string
  authenticationMode: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP'
  /** The logs of its control plane that go to CloudWatch Logs. */
  logTypes: LogType[]
}

/** What the emulator knows of EKS clusters. */
export interface EksView {
  clusters(): Promise<string[]>
  /** Undefined when there is no such cluster. */
  cluster(name: string): Promise<EksCluster | undefined>
  nodeGroups(cluster: string): Promise<NodeGroup[]>
  accessEntries(cluster: Pick<EksCluster, 'name' | 'region'>): Promise<AccessEntry[]>
}

type Clients = MendContext['clients']

/** Reads the emulator. It keeps the clusters of all regions in one place. */
export function emulatedEks(context: () => Pick<MendContext, 'clients' | 'exclusively' | 'region' | 'shelf'>): EksView {
  const clients: Clients = async () => context().clients()
  return {
    async clusters() {
      const { paginateListClusters } = await import('@aws-sdk/client-eks')
      const names: string[] = []
      for await (const page of paginateListClusters({ client: await (await clients()).eks() }, {})) names.push(...(page.clusters ?? []))
      return names
    },

    async cluster(name) {
      const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
      const eks = await (await clients()).eks()
      const { exclusively, region: ownRegion } = context()
      // Never in the moment in which the mend of add-ons shows it to the emulator as an older one.
      const answer = await exclusively(`eks ${ownRegion} ${name}`, async () =>
        eks.send(new DescribeClusterCommand({ name })).catch(undefinedIfMissing),
      )
      const cluster = answer?.cluster
      if (cluster?.arn === undefined) return undefined
      const region = cluster.arn.split(':')[3] ?? ''
      return {
        name,
        region,
        arn: cluster.arn,
        version: cluster.version ?? '',
        serviceCidr: cluster.kubernetesNetworkConfig?.serviceIpv4Cidr ?? '172.20.0.0/16',
        issuer: cluster.identity?.oidc?.issuer ?? `https://oidc.eks.${region}.amazonaws.com/id/${name}`,
        authenticationMode: cluster.accessConfig?.authenticationMode ?? 'CONFIG_MAP',
        logTypes: (cluster.logging?.clusterLogging ?? []).flatMap(({ enabled, types }) => (enabled ? (types ?? []).filter(isLogType) : [])),
      }
    },

    async nodeGroups(cluster) {
      const { DescribeNodegroupCommand, paginateListNodegroups } = await import('@aws-sdk/client-eks')
      const client = await (await clients()).eks()
      const groups: NodeGroup[] = []
      for await (const page of paginateListNodegroups({ client }, { clusterName: cluster })) {
        for (const nodegroupName of page.nodegroups ?? []) {
          const answer = await client.send(new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName })).catch(undefinedIfMissing)
          const group = answer?.nodegroup
          if (group && group.status !== 'DELETING') groups.push(await shapeOf(group, clients))
        }
      }
      return groups
    },

    async accessEntries({ name, region }) {
      return emulatedEntries(await clients(), name, await principalIdsOf(context().shelf, region, name))
    },
  }
}

async function shapeOf(group: Nodegroup, clients: Clients): Promise<NodeGroup> {
  return {
    name: group.nodegroupName ?? '',
    desired: group.scalingConfig?.desiredSize ?? 0,
    instanceType: group.instanceTypes?.[0] ?? 't3.medium',
    capacityType: group.capacityType ?? 'ON_DEMAND',
    amiType: group.amiType ?? '',
    version: group.version ?? '',
    release: [group.version, group.releaseVersion, group.launchTemplate?.version].join('/'),
    labels: group.labels ?? {},
    taints: (group.taints ?? []).map(({ effect = '', key = '', value }) => ({ key, effect, ...(value !== undefined && { value }) })),
    subnets: await subnetsOf(group.subnets ?? [], clients),
  }
}

async function subnetsOf(ids: readonly string[], clients: Clients): Promise<NodeGroup['subnets']> {
  if (ids.length === 0) return []
  const { DescribeSubnetsCommand } = await import('@aws-sdk/client-ec2')
  const ec2 = await (await clients()).ec2()
  // One that is gone would make the whole question fail, and a test may name subnets that never were.
  const answer = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...ids] })).catch(() => undefined)
  const subnets = (answer?.Subnets ?? []).flatMap(({ AvailabilityZone: zone, CidrBlock: cidr }) =>
    zone !== undefined && cidr !== undefined ? [{ cidr, zone }] : [],
  )
  // Always in the same order, for the names of nodes follow from it.
  return subnets.sort((a, b) => a.zone.localeCompare(b.zone) || a.cidr.localeCompare(b.cidr))
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
  throw error
}
