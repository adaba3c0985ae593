import { awsStatus, isAwsError, unlessMissing } from '../explain-error.js'
import { collect } from '../existing/finding.js'
import { isListedEc2Type } from './ec2.js'
import type { Arn, Found, LeftoverClients, LeftoverScope, Verdict } from './found.js'
import { askService } from './ask-service.js'
import { lockedRecordsIn } from './locked-records.js'
import { isListedOfShared } from './shared-services.js'

/** The parts of an ARN. Source: AWS General Reference, "Amazon Resource Names". */
function parse(arn: string): Arn {
  const [, , service = '', , , ...rest] = arn.split(':')
  const resource = rest.join(':')
  const [kind = '', ...id] = resource.split(/[/:]/)
  return { service, resource, kind, id: id.join(resource.includes('/') ? '/' : ':') }
}

/**
 * Asks the service whether a tagged resource exists: the tagging API goes on naming what is gone.
 * @returns undefined when it is gone, or when a complete listing of its service has already answered.
 */
export async function confirmTagged(clients: LeftoverClients, arn: string, scope: LeftoverScope): Promise<Found | undefined> {
  const parsed = parse(arn)
  const verdict = await ask(clients, arn, parsed, scope)
  if (verdict === 'gone') return undefined
  const base = { arn, type: parsed.service === 's3' ? 's3:bucket' : `${parsed.service}:${parsed.kind}` }
  if (verdict === 'exists') return { ...base, reason: 'It carries the tags of the environment or its cluster.' }
  if (verdict === 'unconfirmed')
    return { ...base, reason: 'It carries the tags of the environment, and whether it still exists could not be confirmed.' }
  return { ...base, reason: verdict.retained, retainedUntil: verdict.until ?? null }
}

async function ask(clients: LeftoverClients, arn: string, parsed: Arn, scope: LeftoverScope): Promise<Verdict> {
  switch (parsed.service) {
    case 'ec2':
      // Those types were listed by their tags: what exists is known already.
      return isListedEc2Type(parsed.kind) ? 'gone' : 'unconfirmed'
    case 'eks':
      return askCluster(clients, parsed)
    case 'kms':
      return askKey(clients, arn)
    case 'logs':
      return askLogGroup(clients, parsed)
    case 's3':
      return askBucket(clients, parsed.resource)
    case 'iam':
      return askIam(clients, arn, parsed)
    case 'elasticloadbalancing':
      return askBalancer(clients, arn, parsed)
    default:
      // Of those that were asked for, what exists is known already.
      return askService(clients, arn, parsed) ?? (isListedOfShared(parsed, scope) ? 'gone' : 'unconfirmed')
  }
}

/** Node groups, add-ons, entries and associations name their cluster first and go with it. */
async function askCluster(clients: LeftoverClients, { id }: Arn): Promise<Verdict> {
  const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  const name = id.split('/')[0] ?? ''
  const answer = await unlessMissing((await clients.eks()).send(new DescribeClusterCommand({ name })), 'ResourceNotFoundException')
  return answer?.cluster ? 'exists' : 'gone'
}

async function askKey(clients: LeftoverClients, KeyId: string): Promise<Verdict> {
  const { DescribeKeyCommand } = await import('@aws-sdk/client-kms')
  try {
    await (await clients.kms()).send(new DescribeKeyCommand({ KeyId }))
    return 'exists'
  } catch (error) {
    if (isAwsError(error, 'NotFoundException')) return 'gone'
    if (isAwsError(error, 'AccessDenied*')) return 'unconfirmed'
    throw error
  }
}

async function askLogGroup(clients: LeftoverClients, { kind, resource }: Arn): Promise<Verdict> {
  if (kind !== 'log-group') return 'unconfirmed'
  const { paginateDescribeLogGroups } = await import('@aws-sdk/client-cloudwatch-logs')
  const name = resource.replace(/^log-group:/, '').replace(/:\*$/, '')
  const client = await clients.logs()
  const groups = await collect(paginateDescribeLogGroups({ client }, { logGroupNamePrefix: name }), (page) => page.logGroups)
  const group = groups.find(({ logGroupName }) => logGroupName === name)
  if (!group) return 'gone'
  return group.deletionProtectionEnabled ? { retained: 'The log group has deletion protection.' } : 'exists'
}

async function askBucket(clients: LeftoverClients, Bucket: string): Promise<Verdict> {
  const { HeadBucketCommand } = await import('@aws-sdk/client-s3')
  const client = await clients.s3()
  try {
    await client.send(new HeadBucketCommand({ Bucket }))
  } catch (error) {
    if (awsStatus(error) === 404) return 'gone'
    if (awsStatus(error) === 403 || awsStatus(error) === 301) return 'unconfirmed'
    throw error
  }
  const locked = await lockedRecordsIn(clients, Bucket)
  return locked ? { retained: locked.reason, until: locked.until } : 'exists'
}

async function askIam(clients: LeftoverClients, arn: string, { kind, id }: Arn): Promise<Verdict> {
  const sdk = await import('@aws-sdk/client-iam')
  const client = await clients.iam()
  const name = id.slice(id.lastIndexOf('/') + 1)
  const exists = async (call: Promise<unknown>): Promise<Verdict> =>
    (await unlessMissing(call, 'NoSuchEntity*')) === undefined ? 'gone' : 'exists'
  if (kind === 'role') return exists(client.send(new sdk.GetRoleCommand({ RoleName: name })))
  if (kind === 'policy') return exists(client.send(new sdk.GetPolicyCommand({ PolicyArn: arn })))
  if (kind === 'instance-profile') return exists(client.send(new sdk.GetInstanceProfileCommand({ InstanceProfileName: name })))
  if (kind === 'oidc-provider') return exists(client.send(new sdk.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })))
  return 'unconfirmed'
}

async function askBalancer(clients: LeftoverClients, arn: string, { kind, id }: Arn): Promise<Verdict> {
  const gone = async (call: Promise<unknown>): Promise<Verdict> =>
    (await unlessMissing(call, 'LoadBalancerNotFound*', 'TargetGroupNotFound*', 'AccessPointNotFound*')) === undefined ? 'gone' : 'exists'
  if (kind === 'loadbalancer' && !id.includes('/')) {
    const { DescribeLoadBalancersCommand } = await import('@aws-sdk/client-elastic-load-balancing')
    return gone((await clients.classicLoadBalancers()).send(new DescribeLoadBalancersCommand({ LoadBalancerNames: [id] })))
  }
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const client = await clients.loadBalancers()
  if (kind === 'loadbalancer') return gone(client.send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })))
  if (kind === 'targetgroup') return gone(client.send(new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [arn] })))
  // Listeners and rules go with their load balancer, which is found by itself.
  return 'gone'
}
