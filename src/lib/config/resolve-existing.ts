import type { ExistingCluster } from './existing-schema.js'
import type { Environment } from './project.js'
import type { NodeGroup } from './schema.js'

/** EKS decides it when neither the group nor the launch template is known to. */
const UNKNOWN_DISK_GIB = 20

/**
 * An environment around a cluster that platform did not make: its name, network and node groups are what they are, and nothing of AWS is
 * made beside it.
 */
export function aroundExisting(
  environment: Environment,
  existing: ExistingCluster,
  originOf: (field: string) => string,
  origins: Map<string, string>,
): Environment {
  const { edge, waf, connectivity, observability } = environment
  for (const field of ['cluster.name', 'cluster.nodeGroups', 'network.cidr']) origins.set(field, originOf('existing'))
  for (const field of ['edge.enabled', 'waf.enabled', 'observability.alarms', 'observability.exporter'])
    origins.set(field, 'an imported cluster has none')
  return {
    ...environment,
    existing,
    network: { ...environment.network, cidr: existing.vpcCidr },
    cluster: {
      ...environment.cluster,
      name: existing.cluster,
      nodeGroups: Object.fromEntries(Object.entries(existing.nodeGroups).map(([name, group]) => [name, asNodeGroup(group)])),
    },
    edge: { ...edge, enabled: false },
    waf: { ...waf, enabled: false },
    connectivity: { ...connectivity, enabled: false },
    observability: { ...observability, alarms: false, exporter: false },
  }
}

function asNodeGroup({
  instanceTypes = [],
  capacity,
  min,
  max,
  desired,
  diskGiB,
  labels = {},
}: ExistingCluster['nodeGroups'][string]): NodeGroup {
  return {
    instanceTypes,
    capacity: capacity === 'spot' ? 'spot' : 'on-demand',
    ...{ min, max, desired, diskGiB: diskGiB ?? UNKNOWN_DISK_GIB, labels },
  }
}
