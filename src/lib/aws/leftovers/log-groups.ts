import { unlessMissing } from '../explain-error.js'
import { collect } from '../existing/finding.js'
import { arnOf, type LeftoverClients, type LeftoverScope } from './found.js'

/**
 * The log group that EKS made again: late records of the control plane may arrive after Terraform deleted it. Only the one with
 * exactly that name, without any tag (Terraform tags its own, and so does whoever keeps one on purpose), and only once the cluster is gone.
 */
export async function remadeLogGroups(
  clients: LeftoverClients,
  { clusterName }: LeftoverScope,
): Promise<Array<{ arn: string; name: string }>> {
  const { ListTagsForResourceCommand, paginateDescribeLogGroups } = await import('@aws-sdk/client-cloudwatch-logs')
  const name = `/aws/eks/${clusterName}/cluster`
  const client = await clients.logs()
  const groups = await collect(paginateDescribeLogGroups({ client }, { logGroupNamePrefix: name }), (page) => page.logGroups)
  const group = groups.find(({ logGroupName }) => logGroupName === name)
  if (!group || group.deletionProtectionEnabled === true || (await clusterExists(clients, clusterName))) return []
  const arn = group.logGroupArn ?? arnOf(clients, 'logs', `log-group:${name}`)
  const answer = await unlessMissing(client.send(new ListTagsForResourceCommand({ resourceArn: arn })), 'ResourceNotFoundException')
  return answer === undefined || Object.keys(answer.tags ?? {}).length > 0 ? [] : [{ arn, name }]
}

export async function deleteLogGroup(clients: LeftoverClients, logGroupName: string): Promise<void> {
  const { DeleteLogGroupCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  await (await clients.logs()).send(new DeleteLogGroupCommand({ logGroupName }))
}

async function clusterExists(clients: LeftoverClients, name: string): Promise<boolean> {
  const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  return (await unlessMissing((await clients.eks()).send(new DescribeClusterCommand({ name })), 'ResourceNotFoundException')) !== undefined
}
