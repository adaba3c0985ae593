import type * as Ec2 from '@aws-sdk/client-ec2'
import type { EC2Client, Filter, Tag } from '@aws-sdk/client-ec2'
import { collect, tagMap, type Finding, type Tags } from './finding.js'

/** One thing of EC2, with what all have in common. */
export interface Listed<Raw = unknown> {
  id: string
  tags: Tags
  state?: string
  raw: Raw
}

type Sdk = typeof Ec2
type Listing<Raw> = (sdk: Sdk, client: EC2Client, filters: Filter[]) => Promise<Array<Listed<Raw>>>

const listed = <Raw>(id: string | undefined, tags: Tag[] | undefined, raw: Raw, state?: string): Listed<Raw> => ({
  id: id ?? '',
  tags: tagMap(tags),
  raw,
  ...(state !== undefined && { state }),
})

/** How each kind is listed by filters, all pages. */
export const ec2Listings = {
  vpcs: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeVpcs({ client }, { Filters }), (page) => page.Vpcs)).map((raw) =>
      listed(raw.VpcId, raw.Tags, raw, raw.State),
    ),
  subnets: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeSubnets({ client }, { Filters }), (page) => page.Subnets)).map((raw) =>
      listed(raw.SubnetId, raw.Tags, raw, raw.State),
    ),
  internetGateways: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeInternetGateways({ client }, { Filters }), (page) => page.InternetGateways)).map((raw) =>
      listed(raw.InternetGatewayId, raw.Tags, raw),
    ),
  natGateways: async (sdk, client, Filter) =>
    (await collect(sdk.paginateDescribeNatGateways({ client }, { Filter }), (page) => page.NatGateways)).map((raw) =>
      listed(raw.NatGatewayId, raw.Tags, raw, raw.State),
    ),
  addresses: async (sdk, client, Filters) =>
    ((await client.send(new sdk.DescribeAddressesCommand({ Filters }))).Addresses ?? []).map((raw) =>
      listed(raw.AllocationId, raw.Tags, raw),
    ),
  routeTables: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeRouteTables({ client }, { Filters }), (page) => page.RouteTables)).map((raw) =>
      listed(raw.RouteTableId, raw.Tags, raw),
    ),
  networkAcls: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeNetworkAcls({ client }, { Filters }), (page) => page.NetworkAcls)).map((raw) =>
      listed(raw.NetworkAclId, raw.Tags, raw),
    ),
  endpoints: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeVpcEndpoints({ client }, { Filters }), (page) => page.VpcEndpoints)).map((raw) =>
      listed(raw.VpcEndpointId, raw.Tags, raw, raw.State),
    ),
  securityGroups: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeSecurityGroups({ client }, { Filters }), (page) => page.SecurityGroups)).map((raw) =>
      listed(raw.GroupId, raw.Tags, raw),
    ),
  securityGroupRules: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeSecurityGroupRules({ client }, { Filters }), (page) => page.SecurityGroupRules)).map((raw) =>
      listed(raw.SecurityGroupRuleId, raw.Tags, raw),
    ),
  flowLogs: async (sdk, client, Filter) =>
    (await collect(sdk.paginateDescribeFlowLogs({ client }, { Filter }), (page) => page.FlowLogs)).map((raw) =>
      listed(raw.FlowLogId, raw.Tags, raw),
    ),
  peerings: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeVpcPeeringConnections({ client }, { Filters }), (page) => page.VpcPeeringConnections)).map((raw) =>
      listed(raw.VpcPeeringConnectionId, raw.Tags, raw, raw.Status?.Code),
    ),
  launchTemplates: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeLaunchTemplates({ client }, { Filters }), (page) => page.LaunchTemplates)).map((raw) =>
      listed(raw.LaunchTemplateId, raw.Tags, raw),
    ),
  networkInterfaces: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeNetworkInterfaces({ client }, { Filters }), (page) => page.NetworkInterfaces)).map((raw) =>
      listed(raw.NetworkInterfaceId, raw.TagSet, raw, raw.Status),
    ),
  volumes: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeVolumes({ client }, { Filters }), (page) => page.Volumes)).map((raw) =>
      listed(raw.VolumeId, raw.Tags, raw, raw.State),
    ),
  snapshots: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeSnapshots({ client }, { Filters, OwnerIds: ['self'] }), (page) => page.Snapshots)).map((raw) =>
      listed(raw.SnapshotId, raw.Tags, raw, raw.State),
    ),
  instances: async (sdk, client, Filters) =>
    (await collect(sdk.paginateDescribeInstances({ client }, { Filters }), (page) => page.Reservations))
      .flatMap(({ Instances }) => Instances ?? [])
      .map((raw) => listed(raw.InstanceId, raw.Tags, raw, raw.State?.Name)),
} satisfies Record<string, Listing<unknown>>

export type Ec2Kind = keyof typeof ec2Listings
type RawOf<Kind extends Ec2Kind> = Awaited<ReturnType<(typeof ec2Listings)[Kind]>>[number]['raw']

/** Everything of a kind that carries the environment's tags, listed once. */
export async function ofEnvironment<Kind extends Ec2Kind>(finding: Finding, kind: Kind): Promise<Array<Listed<RawOf<Kind>>>> {
  const { platform, environment } = finding.scope
  const found = await listCached(finding, kind, [
    { Name: 'tag:platform:name', Values: [platform] },
    { Name: 'tag:platform:environment', Values: [environment] },
  ])
  // Filters are checked again: being wrong here would hand somebody else's resource to Terraform.
  return found.filter(({ tags }) => tags['platform:name'] === platform && tags['platform:environment'] === environment)
}

/** Everything of a kind that the filters let through, listed once for each set of filters. */
export async function listCached<Kind extends Ec2Kind>(
  finding: Finding,
  kind: Kind,
  filters: Filter[],
): Promise<Array<Listed<RawOf<Kind>>>> {
  const list = ec2Listings[kind] as Listing<unknown> as Listing<RawOf<Kind>>
  return finding.cached(`ec2/${kind}/${JSON.stringify(filters)}`, async () =>
    list(await import('@aws-sdk/client-ec2'), await finding.clients.ec2(), filters),
  )
}
