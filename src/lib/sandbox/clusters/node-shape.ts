import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'

export interface NodeGroup {
  name: string
  desired: number
  instanceType: string
  /** `ON_DEMAND` or `SPOT`. */
  capacityType: string
  /** `BOTTLEROCKET_ARM_64`, for example. */
  amiType: string
  /** Of Kubernetes: `1.35`. */
  version: string
  /** Changes when the nodes must be replaced by others. */
  release: string
  labels: Readonly<Record<string, string>>
  taints: ReadonlyArray<{ key: string; value?: string; effect: string }>
  subnets: ReadonlyArray<{ cidr: string; zone: string }>
}

export interface FakeNode {
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> }
  spec: { providerID: string; taints?: Taint[] }
  status: Record<string, unknown>
}
export interface Taint {
  key: string
  value?: string
  effect: string
}

export const GROUP_LABEL = 'eks.amazonaws.com/nodegroup'
/** Which labels came from the node group, so that one that is taken away there goes here too. */
export const GROUP_LABELS_ANNOTATION = 'sandbox.platform/group-labels'

const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

export interface NodeSite {
  cluster: string
  region: string
  /** Version of the programs of Kubernetes: `1.35.4`. */
  programs: string
}

/** The nodes that the node groups of an EKS cluster have: named, labelled and sized as EC2 would, and the same each time. */
export function nodesOf(site: NodeSite, groups: readonly NodeGroup[]): FakeNode[] {
  const taken = new Set<string>()
  return groups.flatMap((group) => nodesOfGroup(site, group, taken))
}

function nodesOfGroup({ cluster, programs, region }: NodeSite, group: NodeGroup, taken: Set<string>): FakeNode[] {
  // Only of their own minor version the programs tell which patch there is.
  const kubelet = programs.startsWith(`${group.version}.`) ? programs : `${group.version}.0`
  return Array.from({ length: group.desired }, (_, index) => {
    const seed = createHash('sha256').update(`${cluster}/${group.name}/${group.release}/${index}`).digest()
    const subnet = group.subnets[index % group.subnets.length] ?? { cidr: '10.0.0.0/16', zone: `${region}a` }
    const ip = addressIn(subnet.cidr, seed.readUInt32BE(0), taken)
    return nodeAt(ip, `i-${seed.toString('hex').slice(0, 17)}`, { subnet, region, kubelet, group })
  })
}

function nodeAt(
  ip: string,
  instanceId: string,
  { group, kubelet, region, subnet }: { group: NodeGroup; kubelet: string; region: string; subnet: { zone: string } },
): FakeNode {
  // Names that EC2 gives by IP address; us-east-1 is older than the rule.
  const name = `ip-${ip.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`
  const arch = /ARM/.test(group.amiType) ? 'arm64' : 'amd64'
  const taints = group.taints.map(({ effect, key, value }) => ({
    key,
    ...(value !== undefined && value !== '' && { value }),
    effect: EFFECTS[effect] ?? effect,
  }))
  const size = sizeOf(group.instanceType)
  const resources = { cpu: String(size.cpu), memory: `${size.memoryGiB}Gi`, pods: String(size.pods), 'ephemeral-storage': '50Gi' }
  return {
    metadata: {
      name,
      labels: {
        ...group.labels,
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': arch,
        'kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': arch,
        'beta.kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': group.instanceType,
        'beta.kubernetes.io/instance-type': group.instanceType,
        'topology.kubernetes.io/region': region,
        'topology.kubernetes.io/zone': subnet.zone,
        [GROUP_LABEL]: group.name,
        'eks.amazonaws.com/capacityType': group.capacityType,
      },
      annotations: { 'kwok.x-k8s.io/node': 'fake', [GROUP_LABELS_ANNOTATION]: Object.keys(group.labels).sort().join(',') },
    },
    spec: { providerID: `aws:///${subnet.zone}/${instanceId}`, ...(taints.length > 0 && { taints }) },
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'InternalDNS', address: name },
        { type: 'Hostname', address: name },
      ],
      allocatable: resources,
      capacity: resources,
      // Where EKS has its kubelets; see `KubeletServer`.
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: arch,
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: 'fake',
        kubeProxyVersion: `v${kubelet}`,
        kubeletVersion: `v${kubelet}`,
        machineID: '',
        operatingSystem: 'linux',
        osImage: /BOTTLEROCKET/.test(group.amiType) ? 'Bottlerocket OS' : 'Amazon Linux 2023',
        systemUUID: '',
      },
    },
  }
}

/** An address that AWS does not keep for itself: the first four and the last one of a subnet are its own. */
function addressIn(cidr: string, seed: number, taken: Set<string>): string {
  const [network, bits] = ipaddr.IPv4.parseCIDR(cidr)
  const first = Buffer.from(network.toByteArray()).readUInt32BE(0)
  const usable = 2 ** (32 - bits) - 5
  for (let attempt = 0; ; attempt++) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE((first + 4 + ((seed + attempt) % usable)) >>> 0)
    const address = bytes.join('.')
    if (taken.has(address) && attempt < usable) continue
    taken.add(address)
    return address
  }
}

/** vCPUs by size, and memory by family: near enough to tell whether pods find room. Pods as EKS computes them, rounded down. */
function sizeOf(instanceType: string): { cpu: number; memoryGiB: number; pods: number } {
  const [family = '', size = ''] = instanceType.split('.')
  const multiple = /^(\d+)xlarge$/.exec(size)?.[1]
  const cpu = multiple !== undefined ? 4 * Number(multiple) : size === 'xlarge' ? 4 : 2
  const small = { nano: 0.5, micro: 1, small: 2, medium: 4 }[size]
  const perCpu = family.startsWith('c') ? 2 : /^[rxz]/.test(family) ? 8 : 4
  const pods = multiple !== undefined && Number(multiple) > 2 ? 234 : size.includes('xlarge') ? 58 : size === 'large' ? 29 : 17
  return { cpu, memoryGiB: small ?? cpu * perCpu, pods }
}
