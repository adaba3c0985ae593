import { isAwsError } from '../explain-error.js'
import { collect, tagMap, type Tags } from '../existing/finding.js'
import { arnOf, type LeftoverClients } from './found.js'

/** A load balancer or target group in one of the VPCs. Controllers in the cluster make them; Terraform knows nothing of them. */
export interface Balancer {
  arn: string
  name: string
  kind: 'load-balancer' | 'target-group' | 'classic-load-balancer'
  tags: Tags
}

/** The API's own limit of names for one DescribeTags call. */
const TAGS_AT_ONCE = 20

/** Load balancers and target groups in these VPCs. */
export async function balancersIn(clients: LeftoverClients, vpcIds: readonly string[]): Promise<Balancer[]> {
  if (vpcIds.length === 0) return []
  return (await Promise.all([modern(clients, vpcIds), classic(clients, vpcIds)])).flat()
}

/** Deletes one. No error when it is gone. */
export async function deleteBalancer(clients: LeftoverClients, { arn, name, kind }: Balancer): Promise<void> {
  if (kind === 'classic-load-balancer') {
    const { DeleteLoadBalancerCommand } = await import('@aws-sdk/client-elastic-load-balancing')
    await (await clients.classicLoadBalancers()).send(new DeleteLoadBalancerCommand({ LoadBalancerName: name }))
    return
  }
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const client = await clients.loadBalancers()
  try {
    if (kind === 'target-group') await client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn: arn }))
    else await client.send(new sdk.DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
  } catch (error) {
    if (!isAwsError(error, 'LoadBalancerNotFound*', 'TargetGroupNotFound*')) throw error
  }
}

async function modern(clients: LeftoverClients, vpcIds: readonly string[]): Promise<Balancer[]> {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const client = await clients.loadBalancers()
  const [balancers, groups] = await Promise.all([
    collect(sdk.paginateDescribeLoadBalancers({ client }, {}), (page) => page.LoadBalancers),
    collect(sdk.paginateDescribeTargetGroups({ client }, {}), (page) => page.TargetGroups),
  ])
  const found = [
    ...balancers.map(({ LoadBalancerArn, LoadBalancerName, VpcId }) => ({
      arn: LoadBalancerArn,
      name: LoadBalancerName,
      VpcId,
      kind: 'load-balancer' as const,
    })),
    ...groups.map(({ TargetGroupArn, TargetGroupName, VpcId }) => ({
      arn: TargetGroupArn,
      name: TargetGroupName,
      VpcId,
      kind: 'target-group' as const,
    })),
  ].flatMap(({ arn, name, VpcId, kind }) => (arn !== undefined && vpcIds.includes(VpcId ?? '') ? [{ arn, name: name ?? '', kind }] : []))
  const tags = new Map<string, Tags>()
  for (let start = 0; start < found.length; start += TAGS_AT_ONCE) {
    const ResourceArns = found.slice(start, start + TAGS_AT_ONCE).map(({ arn }) => arn)
    const { TagDescriptions } = await client.send(new sdk.DescribeTagsCommand({ ResourceArns }))
    for (const { ResourceArn, Tags } of TagDescriptions ?? []) tags.set(ResourceArn ?? '', tagMap(Tags))
  }
  return found.map((each) => ({ ...each, tags: tags.get(each.arn) ?? {} }))
}

async function classic(clients: LeftoverClients, vpcIds: readonly string[]): Promise<Balancer[]> {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing')
  const client = await clients.classicLoadBalancers()
  const all = await collect(sdk.paginateDescribeLoadBalancers({ client }, {}), (page) => page.LoadBalancerDescriptions)
  const names = all.flatMap(({ LoadBalancerName, VPCId }) =>
    LoadBalancerName !== undefined && vpcIds.includes(VPCId ?? '') ? [LoadBalancerName] : [],
  )
  const found: Balancer[] = []
  for (let start = 0; start < names.length; start += TAGS_AT_ONCE) {
    const LoadBalancerNames = names.slice(start, start + TAGS_AT_ONCE)
    const { TagDescriptions } = await client.send(new sdk.DescribeTagsCommand({ LoadBalancerNames }))
    for (const { LoadBalancerName: name = '', Tags } of TagDescriptions ?? []) {
      found.push({
        arn: arnOf(clients, 'elasticloadbalancing', `loadbalancer/${name}`),
        name,
        kind: 'classic-load-balancer',
        tags: tagMap(Tags),
      })
    }
  }
  return found
}
