import type { RouteTable, SecurityGroupRule, VpcEndpoint } from '@aws-sdk/client-ec2'
import { listCached, ofEnvironment, type Ec2Kind, type Listed } from './ec2-listings.js'
import { candidate, resourceTag, text, type Finder, type Finding } from './finding.js'

/** A taggable type is known by its `platform:resource` tag; `fits` rejects a namesake of another kind. */
function byTag(kind: Ec2Kind, fits: (item: Listed, values: Record<string, unknown>) => boolean = () => true): Finder {
  return async (finding, values) => {
    const tag = resourceTag(values)
    if (tag === undefined) return []
    const found = await ofEnvironment(finding, kind)
    return found.filter((item) => item.tags['platform:resource'] === tag && fits(item, values)).map(({ id, state }) => candidate(id, state))
  }
}

const endpointFits = (item: Listed, values: Record<string, unknown>): boolean => {
  const { VpcEndpointType, ServiceName } = item.raw as VpcEndpoint
  const type = text(values, 'vpc_endpoint_type')
  const service = text(values, 'service_name')
  return (type === undefined || type === VpcEndpointType) && (service === undefined || service === ServiceName)
}

/** Import id: ROUTETABLEID_DESTINATION. */
const route: Finder = async (finding, values) => {
  const table = text(values, 'route_table_id')
  const destination =
    text(values, 'destination_cidr_block') ?? text(values, 'destination_ipv6_cidr_block') ?? text(values, 'destination_prefix_list_id')
  if (table === undefined || destination === undefined) return []
  const tables = await listCached(finding, 'routeTables', [{ Name: 'route-table-id', Values: [table] }])
  const routes = tables.filter(({ id }) => id === table).flatMap(({ raw }) => raw.Routes ?? [])
  const exists = routes.some(
    (each) =>
      each.Origin !== 'CreateRouteTable' &&
      [each.DestinationCidrBlock, each.DestinationIpv6CidrBlock, each.DestinationPrefixListId].includes(destination),
  )
  return exists ? [candidate(`${table}_${destination}`)] : []
}

/** Import id: SUBNETID/ROUTETABLEID or GATEWAYID/ROUTETABLEID, with the table that AWS has it in now. */
const routeTableAssociation: Finder = async (finding, values) => {
  const subnet = text(values, 'subnet_id')
  const gateway = text(values, 'gateway_id')
  const member = subnet ?? gateway
  if (member === undefined) return []
  const name = subnet === undefined ? 'association.gateway-id' : 'association.subnet-id'
  const tables = await listCached(finding, 'routeTables', [{ Name: name, Values: [member] }])
  return tables.flatMap(({ id, raw }) => associationsOf(raw, member).map((state) => candidate(`${member}/${id}`, associationState(state))))
}

function associationsOf(table: RouteTable, member: string): Array<string | undefined> {
  return (table.Associations ?? [])
    .filter(({ Main, SubnetId, GatewayId }) => !Main && (SubnetId === member || GatewayId === member))
    .map(({ AssociationState }) => AssociationState?.State)
}

const ASSOCIATION_STATES: Readonly<Record<string, string>> = {
  associating: 'pending',
  disassociating: 'deleting',
  disassociated: 'deleted',
}

function associationState(state: string | undefined): string | undefined {
  return state === undefined ? undefined : (ASSOCIATION_STATES[state] ?? state)
}

/** Adopted by Terraform rather than made, but known to it by the same id. */
const defaultSecurityGroup: Finder = async (finding, values) => {
  const vpc = text(values, 'vpc_id')
  if (vpc === undefined) return []
  const filters = [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'group-name', Values: ['default'] },
  ]
  const groups = await listCached(finding, 'securityGroups', filters)
  return groups.filter(({ raw }) => raw.VpcId === vpc && raw.GroupName === 'default').map(({ id }) => candidate(id))
}

const defaultNetworkAcl: Finder = async (finding, values) => {
  const id = text(values, 'default_network_acl_id')
  if (id === undefined) return []
  const acls = await listCached(finding, 'networkAcls', [{ Name: 'network-acl-id', Values: [id] }])
  return acls.filter((acl) => acl.id === id).map((acl) => candidate(acl.id))
}

/** Import id: the VPC's, unlike everywhere else. */
const defaultRouteTable: Finder = async (finding, values) => {
  const id = text(values, 'default_route_table_id')
  if (id === undefined) return []
  const tables = await listCached(finding, 'routeTables', [{ Name: 'route-table-id', Values: [id] }])
  return tables.flatMap((table) => (table.id === id && table.raw.VpcId !== undefined ? [candidate(table.raw.VpcId)] : []))
}

function endpointMember(member: 'route_table_id' | 'subnet_id'): Finder {
  return async (finding, values) => {
    const endpoint = text(values, 'vpc_endpoint_id')
    const id = text(values, member)
    if (endpoint === undefined || id === undefined) return []
    const endpoints = await listCached(finding, 'endpoints', [{ Name: 'vpc-endpoint-id', Values: [endpoint] }])
    const members = endpoints
      .filter((each) => each.id === endpoint)
      .flatMap(({ raw }) => (member === 'subnet_id' ? raw.SubnetIds : raw.RouteTableIds) ?? [])
    return members.includes(id) ? [candidate(`${endpoint}/${id}`)] : []
  }
}

/** A rule without a tag of its own is known by its contents: AWS refuses a second one that says the same. */
function securityGroupRule(egress: boolean): Finder {
  const tagged = byTag('securityGroupRules', ({ raw }) => (raw as SecurityGroupRule).IsEgress === egress)
  return async (finding, values) => {
    if (resourceTag(values) !== undefined) return tagged(finding, values)
    const group = text(values, 'security_group_id')
    if (group === undefined) return []
    const rules = await listCached(finding, 'securityGroupRules', [{ Name: 'group-id', Values: [group] }])
    return rules
      .filter(({ raw }) => raw.GroupId === group && raw.IsEgress === egress && saysTheSame(raw, values))
      .map(({ id }) => candidate(id))
  }
}

function saysTheSame(rule: SecurityGroupRule, values: Record<string, unknown>): boolean {
  const sources: Array<[string, string | undefined]> = [
    ['cidr_ipv4', rule.CidrIpv4],
    ['cidr_ipv6', rule.CidrIpv6],
    ['prefix_list_id', rule.PrefixListId],
    ['referenced_security_group_id', rule.ReferencedGroupInfo?.GroupId],
  ]
  // At least one source must be known: with none, every rule of the group would match.
  const known = sources.filter(([name]) => text(values, name) !== undefined)
  return (
    known.length > 0 &&
    known.every(([name, value]) => values[name] === value) &&
    values['ip_protocol'] === rule.IpProtocol &&
    (values['ip_protocol'] === '-1' || (values['from_port'] === rule.FromPort && values['to_port'] === rule.ToPort))
  )
}

/** Import id: RESOURCEID,KEY. */
const ec2Tag: Finder = async (finding, values) => {
  const id = text(values, 'resource_id')
  const key = text(values, 'key')
  if (id === undefined || key === undefined) return []
  return (await tagExists(finding, id, key)) ? [candidate(`${id},${key}`)] : []
}

async function tagExists(finding: Finding, id: string, key: string): Promise<boolean> {
  const { DescribeTagsCommand } = await import('@aws-sdk/client-ec2')
  const Filters = [
    { Name: 'resource-id', Values: [id] },
    { Name: 'key', Values: [key] },
  ]
  const { Tags } = await (await finding.clients.ec2()).send(new DescribeTagsCommand({ Filters }))
  return (Tags ?? []).some(({ ResourceId, Key }) => ResourceId === id && Key === key)
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const ec2Finders: Readonly<Record<string, Finder>> = {
  aws_vpc: byTag('vpcs'),
  aws_subnet: byTag('subnets'),
  aws_internet_gateway: byTag('internetGateways'),
  aws_nat_gateway: byTag('natGateways'),
  aws_eip: byTag('addresses'),
  aws_route_table: byTag('routeTables'),
  aws_route: route,
  aws_route_table_association: routeTableAssociation,
  aws_network_acl: byTag('networkAcls'),
  aws_default_network_acl: defaultNetworkAcl,
  aws_default_route_table: defaultRouteTable,
  aws_vpc_peering_connection: byTag('peerings'),
  aws_vpc_endpoint: byTag('endpoints', endpointFits),
  aws_vpc_endpoint_route_table_association: endpointMember('route_table_id'),
  aws_vpc_endpoint_subnet_association: endpointMember('subnet_id'),
  aws_security_group: byTag('securityGroups'),
  aws_default_security_group: defaultSecurityGroup,
  aws_vpc_security_group_ingress_rule: securityGroupRule(false),
  aws_vpc_security_group_egress_rule: securityGroupRule(true),
  aws_flow_log: byTag('flowLogs'),
  aws_launch_template: byTag('launchTemplates'),
  aws_ec2_tag: ec2Tag,
}
