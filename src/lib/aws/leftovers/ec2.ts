import type { Filter } from '@aws-sdk/client-ec2'
import { ec2Listings, listCached, ofEnvironment, type Ec2Kind, type Listed } from '../existing/ec2-listings.js'
import { phaseOf, type Finding } from '../existing/finding.js'
import { arnOf, type Found, type LeftoverClients, type LeftoverScope } from './found.js'

/** How ARNs name each kind. */
const ARN_TYPES: Readonly<Record<Ec2Kind, string>> = {
  vpcs: 'vpc',
  subnets: 'subnet',
  internetGateways: 'internet-gateway',
  natGateways: 'natgateway',
  addresses: 'elastic-ip',
  routeTables: 'route-table',
  networkAcls: 'network-acl',
  endpoints: 'vpc-endpoint',
  securityGroups: 'security-group',
  securityGroupRules: 'security-group-rule',
  flowLogs: 'vpc-flow-log',
  launchTemplates: 'launch-template',
  peerings: 'vpc-peering-connection',
  networkInterfaces: 'network-interface',
  volumes: 'volume',
  snapshots: 'snapshot',
  instances: 'instance',
}

const KINDS = Object.keys(ec2Listings) as Ec2Kind[]

/** Kinds that can be searched by the key of a tag alone. Rules cannot; they go with their group. */
const CLUSTER_KINDS = KINDS.filter((kind) => kind !== 'securityGroupRules')

/** Tags by which controllers, plug-ins and EKS mark what belongs to a cluster. */
export function clusterTags(clusterName: string): ReadonlyArray<readonly [key: string, value: string]> {
  return [
    [`kubernetes.io/cluster/${clusterName}`, 'owned'],
    ['KubernetesCluster', clusterName],
    ['cluster.k8s.amazonaws.com/name', clusterName],
    ['elbv2.k8s.aws/cluster', clusterName],
    ['eks:cluster-name', clusterName],
    ['aws:eks:cluster-name', clusterName],
  ]
}

/** Whether the tags say that something was made for the cluster by something else than Terraform. */
export function isOfCluster(tags: Readonly<Record<string, string>>, clusterName: string): boolean {
  return clusterTags(clusterName).some(([key, value]) => tags[key] === value)
}

/** Kinds of which people mark their own as the cluster's too, as installers of clusters ask them to. */
const MADE_BY_PEOPLE: ReadonlySet<Ec2Kind> = new Set<Ec2Kind>([
  'vpcs',
  'subnets',
  'internetGateways',
  'natGateways',
  'addresses',
  'routeTables',
  'networkAcls',
  'endpoints',
  'flowLogs',
  'peerings',
  'securityGroups',
  'instances',
])

/** Tags that only controllers, Karpenter and EKS give. */
const MADE_BY_CLUSTER: Readonly<Partial<Record<Ec2Kind, RegExp>>> = {
  securityGroups: /^(?:elbv2\.k8s\.aws\/cluster$|service\.k8s\.aws\/|aws:eks:)/,
  instances: /^(?:karpenter\.sh\/nodepool$|aws:eks:)/,
}

/** Whether the cluster made it, where platform made neither the cluster nor its network: the cluster's tag alone does not say so. */
export function isMadeByCluster(kind: Ec2Kind, tags: Readonly<Record<string, string>>): boolean {
  if (!MADE_BY_PEOPLE.has(kind)) return true
  const pattern = MADE_BY_CLUSTER[kind]
  return pattern !== undefined && Object.keys(tags).some((key) => pattern.test(key))
}

/** Whether an ARN's type is one that `ec2Leftovers` lists completely. */
export function isListedEc2Type(type: string): boolean {
  return Object.values(ARN_TYPES).includes(type)
}

/** Everything in EC2 that carries the environment's tags or its cluster's, and whatever is in its VPC. Listing is the proof: what is gone is not listed. */
export async function ec2Leftovers(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<Found[]> {
  const lists = await Promise.all([
    ...KINDS.map(async (kind) => found(clients, kind, await ofEnvironment(finding, kind), 'carries the tags of the environment')),
    ...CLUSTER_KINDS.map(async (kind) => {
      const all = await listOfCluster(finding, kind, scope.clusterName)
      const left = all.filter(({ tags }) => scope.foreign === undefined || isMadeByCluster(kind, tags))
      return found(clients, kind, left, `belongs to cluster ${scope.clusterName}`)
    }),
    inVpc(clients, finding, scope),
  ])
  return withoutDefaults(lists.flat(), finding)
}

/** Everything of a kind that is marked as the cluster's. */
export async function listOfCluster<Kind extends Ec2Kind>(finding: Finding, kind: Kind, clusterName: string) {
  const keys = clusterTags(clusterName).map(([key]) => key)
  const items = await listCached(finding, kind, [{ Name: 'tag-key', Values: keys }])
  return items.filter(({ tags }) => isOfCluster(tags, clusterName))
}

/** Ids of the environment's VPCs: normally one, or none. */
export async function vpcIds(finding: Finding, scope: LeftoverScope): Promise<string[]> {
  const tagged = await ofEnvironment(finding, 'vpcs')
  const known = scope.vpcId === undefined ? [] : await listById(finding, 'vpcs', 'vpc-id', scope.vpcId)
  return [...new Set([...tagged, ...known].map(({ id }) => id))]
}

async function inVpc(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<Found[]> {
  const ids = await vpcIds(finding, scope)
  const interfaces = await Promise.all(
    ids.map(async (id) => {
      const items = await listCached(finding, 'networkInterfaces', [{ Name: 'vpc-id', Values: [id] }])
      return items.filter(({ raw }) => raw.VpcId === id)
    }),
  )
  const vpc = scope.vpcId === undefined ? [] : await listById(finding, 'vpcs', 'vpc-id', scope.vpcId)
  return [
    ...found(clients, 'vpcs', vpc, 'is the VPC of the environment'),
    ...found(clients, 'networkInterfaces', interfaces.flat(), 'lies in the VPC of the environment'),
  ]
}

async function listById<Kind extends Ec2Kind>(finding: Finding, kind: Kind, filter: string, id: string) {
  const filters: Filter[] = [{ Name: filter, Values: [id] }]
  return (await listCached(finding, kind, filters)).filter((item) => item.id === id)
}

function found(clients: LeftoverClients, kind: Ec2Kind, items: readonly Listed[], why: string): Found[] {
  return items.flatMap((item): Found[] => {
    const phase = phaseOf(item.state)
    if (phase === 'gone') return []
    const type = ARN_TYPES[kind]
    const base = { arn: arnOf(clients, 'ec2', `${type}/${item.id}`), type: `ec2:${type}` }
    if (kind === 'snapshots') return [{ ...base, reason: `It ${why}, and a snapshot holds data.`, retainedUntil: null }]
    const state = item.state === undefined ? '' : ` (state ${item.state})`
    return [{ ...base, reason: `It ${why}${state}.`, ...(phase === 'settling' && { leaving: true as const }) }]
  })
}

/** A VPC's default security group cannot be deleted and goes with its VPC: beside a VPC that is listed it says nothing, and without one it is a ghost. */
async function withoutDefaults(all: readonly Found[], finding: Finding): Promise<Found[]> {
  const groups = await ofEnvironment(finding, 'securityGroups')
  const defaults = new Set(groups.filter(({ raw }) => raw.GroupName === 'default').map(({ id }) => id))
  return all.filter(({ type, arn }) => type !== 'ec2:security-group' || !defaults.has(arn.slice(arn.lastIndexOf('/') + 1)))
}
