import type { Volume } from '@aws-sdk/client-ec2'
import { explainAwsError, isAwsError } from '../explain-error.js'
import { createFinding, ownerOf, type Finding, type Tags } from '../existing/finding.js'
import { waitUntil, type WaitPorts } from '../waiting.js'
import { UserError } from '../../core/errors.js'
import { isMadeByCluster, isOfCluster, listOfCluster, vpcIds } from './ec2.js'
import { arnOf, type LeftoverClients, type LeftoverScope } from './found.js'
import { balancersIn, deleteBalancer } from './load-balancers.js'
import { deleteLogGroup, remadeLogGroups } from './log-groups.js'
import { deleteSecurityGroup } from './security-groups.js'

/** Something that the cluster made beside Terraform, and that keeps the network from being deleted or would be left over. */
export interface Blocker {
  arn: string
  /** `service:kind`, such as `ec2:network-interface`. */
  type: string
  /** Deleting it loses data. */
  holdsData: boolean
  /** A node still uses it: it can only be deleted after the node. */
  inUse?: true
}

interface RemovableBlocker extends Blocker {
  remove: () => Promise<unknown>
}

const LIVING: ReadonlySet<string> = new Set(['pending', 'running', 'stopping', 'stopped'])

/** A load balancer's network interfaces and security group are let go within a minute or two of its deletion. */
const PATIENCE = { everyMs: 5000, forMs: 180_000 }

/**
 * What `emptyBlockers` deletes, now or (`inUse`) once the nodes are gone, in that order.
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function findBlockers(clients: LeftoverClients, scope: LeftoverScope): Promise<Blocker[]> {
  return (await search(clients, scope)).map(({ arn, type, holdsData, inUse }) => ({ arn, type, holdsData, ...(inUse && { inUse }) }))
}

/**
 * Deletes what the cluster made beside Terraform: machines of Karpenter and their templates, load balancers and target groups, unused
 * network interfaces, security groups of controllers, unused volumes. Only what is marked as this cluster's, and nothing that is in use. Once the cluster is gone also the
 * log group that EKS made again, so it is worth calling before and after the cluster is destroyed.
 * @returns what was deleted. What AWS did not let go is left to the proof.
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function emptyBlockers(clients: LeftoverClients, scope: LeftoverScope, ports: WaitPorts): Promise<Blocker[]> {
  const removed: Blocker[] = []
  for (const { remove, inUse, ...blocker } of await search(clients, scope)) {
    if (inUse) continue
    try {
      await waitUntil(ports, `AWS to let ${blocker.arn} go`, PATIENCE, async () => ((await tryToRemove(remove)) ? true : undefined))
      removed.push(blocker)
    } catch (error) {
      if (error instanceof UserError && error.code === 'TimedOut' && !ports.signal.aborted) continue
      throw explainAwsError(error, `delete ${blocker.arn}`)
    }
  }
  return removed
}

/** False when it is still in use. */
async function tryToRemove(remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await remove()
    return true
  } catch (error) {
    if (isAwsError(error, 'DependencyViolation', 'ResourceInUse*', 'InvalidParameterValue', 'VolumeInUse', 'OperationNotPermitted*'))
      return false
    if (isAwsError(error, 'ResourceNotFoundException') || (error instanceof Error && /\.NotFound$/.test(error.name))) return true
    throw error
  }
}

async function search(clients: LeftoverClients, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  if (scope.foreign === 'kept') return []
  const finding = createFinding(clients, scope)
  try {
    const lists = [
      await karpenterNodes(clients, finding, scope),
      await balancers(clients, finding, scope),
      await interfaces(clients, finding, scope),
      await securityGroups(clients, finding, scope),
      await volumes(clients, finding, scope),
      await launchTemplates(clients, finding, scope),
      await logGroups(clients, scope),
    ]
    return lists.flat()
  } catch (error) {
    throw explainAwsError(error, 'look for what would block the destruction')
  }
}

/** Terraform removes what carries its own tags. */
function isTheClustersOwn(tags: Tags, scope: LeftoverScope): boolean {
  return isOfCluster(tags, scope.clusterName) && ownerOf(tags, scope) === 'untagged'
}

/** Node groups take their machines along; those of Karpenter nobody ends once Karpenter is gone. */
async function karpenterNodes(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const { TerminateInstancesCommand } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const found = await listOfCluster(finding, 'instances', scope.clusterName)
  return found
    .filter(({ tags, state }) => LIVING.has(state ?? '') && tags['karpenter.sh/nodepool'] !== undefined && isTheClustersOwn(tags, scope))
    .map(({ id }) => ({
      arn: arnOf(clients, 'ec2', `instance/${id}`),
      type: 'ec2:instance',
      holdsData: false,
      remove: () => client.send(new TerminateInstancesCommand({ InstanceIds: [id] })),
    }))
}

/** Karpenter makes one for each kind of machine. */
async function launchTemplates(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const { DeleteLaunchTemplateCommand } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const found = await listOfCluster(finding, 'launchTemplates', scope.clusterName)
  return found
    .filter(({ tags }) => tags['karpenter.k8s.aws/cluster'] === scope.clusterName && isTheClustersOwn(tags, scope))
    .map(({ id }) => ({
      arn: arnOf(clients, 'ec2', `launch-template/${id}`),
      type: 'ec2:launch-template',
      holdsData: false,
      remove: () => client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id })),
    }))
}

async function balancers(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const found = await balancersIn(clients, await vpcIds(finding, scope))
  return found
    .filter(({ tags }) => isTheClustersOwn(tags, scope))
    .sort((a, b) => Number(a.kind === 'target-group') - Number(b.kind === 'target-group'))
    .map((each) => ({
      arn: each.arn,
      type: `elasticloadbalancing:${each.kind}`,
      holdsData: false,
      remove: () => deleteBalancer(clients, each),
    }))
}

/** Interfaces that the network plug-in made and could not remove before its node went. */
async function interfaces(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const { DeleteNetworkInterfaceCommand } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const found = await listOfCluster(finding, 'networkInterfaces', scope.clusterName)
  return found
    .filter(({ tags, state }) => state === 'available' && isTheClustersOwn(tags, scope))
    .map(({ id }) => ({
      arn: arnOf(clients, 'ec2', `network-interface/${id}`),
      type: 'ec2:network-interface',
      holdsData: false,
      remove: () => client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
    }))
}

async function securityGroups(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const client = await clients.ec2()
  const found = await listOfCluster(finding, 'securityGroups', scope.clusterName)
  return (
    found
      // EKS removes the cluster's own group together with the cluster.
      .filter(({ tags }) => isTheClustersOwn(tags, scope) && tags['aws:eks:cluster-name'] === undefined)
      .filter(({ tags }) => scope.foreign === undefined || isMadeByCluster('securityGroups', tags))
      .map(({ id }) => ({
        arn: arnOf(clients, 'ec2', `security-group/${id}`),
        type: 'ec2:security-group',
        holdsData: false,
        remove: () => deleteSecurityGroup(client, id),
      }))
  )
}

/** Volumes of persistent volume claims. A node's own volumes go with the node. */
async function volumes(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const { DeleteVolumeCommand } = await import('@aws-sdk/client-ec2')
  const client = await clients.ec2()
  const found = await listOfCluster(finding, 'volumes', scope.clusterName)
  return found
    .filter(({ tags, state, raw }) => (state === 'available' || outlivesItsNode(raw)) && isTheClustersOwn(tags, scope))
    .map(({ id, state }) => ({
      arn: arnOf(clients, 'ec2', `volume/${id}`),
      type: 'ec2:volume',
      holdsData: true,
      ...(state !== 'available' && { inUse: true as const }),
      remove: () => client.send(new DeleteVolumeCommand({ VolumeId: id })),
    }))
}

function outlivesItsNode({ State, Attachments = [] }: Volume): boolean {
  return State === 'in-use' && !Attachments.some(({ DeleteOnTermination }) => DeleteOnTermination === true)
}

async function logGroups(clients: LeftoverClients, scope: LeftoverScope): Promise<RemovableBlocker[]> {
  const found = await remadeLogGroups(clients, scope)
  return found.map(({ arn, name }) => ({ arn, type: 'logs:log-group', holdsData: false, remove: () => deleteLogGroup(clients, name) }))
}
