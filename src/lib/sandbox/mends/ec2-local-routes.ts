import { isAwsError } from '../../aws/explain-error.js'
import type { Mend, MendContext } from './mend.js'

/** The local route that the emulator gives every route table. */
const ALWAYS = '10.0.0.0/16'

/**
 * Gap: every new route table has a local route to 10.0.0.0/16, whatever the range of its VPC, so that no route to a network of that
 * range can be made. In AWS it leads to the range of the VPC.
 */
export const ec2LocalRoutes: Mend = {
  id: 'ec2-local-routes',
  gap: 'The local route of every route table leads to 10.0.0.0/16.',
  service: 'ec2',
  actions: ['CreateRouteTable'],
  async handle(request, context) {
    const answer = await context.forward(request)
    const vpcId = new URLSearchParams(request.body.toString('utf8')).get('VpcId')
    const tableId = /<routeTableId>(rtb-\w+)<\/routeTableId>/.exec(answer.body.toString('utf8'))?.[1]
    if (answer.status !== 200 || vpcId === null || tableId === undefined) return answer
    if ((await cidrOf(context, vpcId)) !== ALWAYS) await removeRoute(context, tableId)
    return answer
  },
}

async function cidrOf(context: MendContext, vpcId: string): Promise<string | undefined> {
  const { DescribeVpcsCommand } = await import('@aws-sdk/client-ec2')
  const { Vpcs } = await (await (await context.clients()).ec2()).send(new DescribeVpcsCommand({ VpcIds: [vpcId] }))
  return Vpcs?.[0]?.CidrBlock
}

async function removeRoute(context: MendContext, RouteTableId: string): Promise<void> {
  const { DeleteRouteCommand } = await import('@aws-sdk/client-ec2')
  try {
    await (await (await context.clients()).ec2()).send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: ALWAYS }))
  } catch (error) {
    if (!isAwsError(error, 'InvalidRoute*')) throw error
  }
}
