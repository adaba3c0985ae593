import type { EC2Client } from '@aws-sdk/client-ec2'
import { errorAnswer } from '../gateway/answer.js'
import type { Mend, MendRequest } from './mend.js'

/**
 * Gap: DeleteVpc deletes a VPC that still has subnets or an internet gateway, says nothing about a VPC that does not exist, and
 * leaves the tags of the VPC's default security group, network ACL and route table behind, so that a search by tag finds them for
 * ever. AWS refuses with DependencyViolation and InvalidVpcID.NotFound, and takes the default things away with the VPC.
 */
export const ec2DeleteVpc: Mend = {
  id: 'ec2-delete-vpc',
  gap: 'DeleteVpc ignores dependencies and leaves tagged default resources behind.',
  service: 'ec2',
  actions: ['DeleteVpc'],
  async handle(request, context) {
    const vpcId = vpcIdOf(request)
    if (vpcId === undefined) return context.forward(request)
    const { EC2ServiceException } = await import('@aws-sdk/client-ec2')
    const ec2 = await (await context.clients()).ec2()
    try {
      if (await hasDependencies(ec2, vpcId)) {
        return errorAnswer('ec2', {
          status: 400,
          code: 'DependencyViolation',
          message: `The vpc '${vpcId}' has dependencies and cannot be deleted.`,
        })
      }
    } catch (error) {
      if (!(error instanceof EC2ServiceException) || error.name !== 'InvalidVpcID.NotFound') throw error
      return errorAnswer('ec2', { status: 400, code: error.name, message: `The vpc ID '${vpcId}' does not exist` })
    }
    const leftovers = await defaultResources(ec2, vpcId)
    const answer = await context.forward(request)
    if (answer.status === 200 && leftovers.length > 0) {
      const { DeleteTagsCommand } = await import('@aws-sdk/client-ec2')
      await ec2.send(new DeleteTagsCommand({ Resources: leftovers }))
    }
    return answer
  },
}

function vpcIdOf({ call, body }: MendRequest): string | undefined {
  return new URLSearchParams(body.toString('utf8')).get('VpcId') ?? call.query.get('VpcId') ?? undefined
}

async function hasDependencies(ec2: EC2Client, vpcId: string): Promise<boolean> {
  const { DescribeInternetGatewaysCommand, DescribeSubnetsCommand, DescribeVpcsCommand } = await import('@aws-sdk/client-ec2')
  await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }))
  const [{ Subnets = [] }, { InternetGateways = [] }] = await Promise.all([
    ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] })),
    // The emulator does not know the filter attachment.vpc-id.
    ec2.send(new DescribeInternetGatewaysCommand({})),
  ])
  const attached = InternetGateways.filter(({ Attachments = [] }) => Attachments.some(({ VpcId }) => VpcId === vpcId))
  return Subnets.length + attached.length > 0
}

async function defaultResources(ec2: EC2Client, vpcId: string): Promise<string[]> {
  const { DescribeNetworkAclsCommand, DescribeRouteTablesCommand, DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2')
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  const [{ SecurityGroups = [] }, { NetworkAcls = [] }, { RouteTables = [] }] = await Promise.all([
    ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
    ec2.send(new DescribeNetworkAclsCommand({ Filters })),
    ec2.send(new DescribeRouteTablesCommand({ Filters })),
  ])
  return [
    ...SecurityGroups.filter(({ GroupName }) => GroupName === 'default').map(({ GroupId }) => GroupId),
    ...NetworkAcls.filter(({ IsDefault }) => IsDefault === true).map(({ NetworkAclId }) => NetworkAclId),
    ...RouteTables.filter(({ Associations = [] }) => Associations.some(({ Main }) => Main === true)).map(
      ({ RouteTableId }) => RouteTableId,
    ),
  ].filter((id) => id !== undefined)
}
