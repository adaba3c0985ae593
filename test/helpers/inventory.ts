import * as ec2 from '@aws-sdk/client-ec2'
import { DescribeBudgetsCommand } from '@aws-sdk/client-budgets'
import { ListDashboardsCommand, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch'
import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs'
import { ListBackupsCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { ListClustersCommand } from '@aws-sdk/client-eks'
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import * as elasticache from '@aws-sdk/client-elasticache'
import { ListRulesCommand } from '@aws-sdk/client-eventbridge'
import * as iam from '@aws-sdk/client-iam'
import { DescribeKeyCommand, paginateListAliases, paginateListKeys } from '@aws-sdk/client-kms'
import * as rds from '@aws-sdk/client-rds'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { ListSubscriptionsCommand, ListTopicsCommand } from '@aws-sdk/client-sns'
import { ListIPSetsCommand, ListWebACLsCommand } from '@aws-sdk/client-wafv2'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { collect } from '../../src/lib/aws/existing/finding.js'

type Names = ReadonlyArray<string | undefined>

/**
 * Everything that an account has, of all that the modules of an environment are made of, each by its ARN or, with the kind before it,
 * by its id. Asked of each service without any tag or name, so it does not share a mistake with the tool under test.
 */
export async function inventory(clients: AwsClients): Promise<string[]> {
  const lists = await Promise.all([network(clients), compute(clients), identities(clients), databases(clients), others(clients)])
  return lists.flat().sort()
}

/** What is in the second inventory and not in the first. */
export function added(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((each) => !before.includes(each))
}

const of = (kind: string, names: Names): string[] => names.map((name) => (name?.startsWith('arn:') ? name : `${kind} ${name}`))

async function network(clients: AwsClients): Promise<string[]> {
  const client = await clients.ec2()
  const { Vpcs: vpcs = [] } = await client.send(new ec2.DescribeVpcsCommand({}))
  // The emulator keeps the main route table and the default group of a VPC that is gone. In AWS neither can be without it.
  const inVpc = ({ VpcId }: { VpcId?: string | undefined }): boolean => vpcs.some((vpc) => vpc.VpcId === VpcId)
  const alive = ({ State }: { State?: string | undefined }): boolean => State !== 'deleted'
  const lists = await Promise.all([
    client.send(new ec2.DescribeSubnetsCommand({})).then(({ Subnets = [] }) =>
      of(
        'subnet',
        Subnets.map(({ SubnetId }) => SubnetId),
      ),
    ),
    client.send(new ec2.DescribeInternetGatewaysCommand({})).then(({ InternetGateways = [] }) =>
      of(
        'internet-gateway',
        InternetGateways.map(({ InternetGatewayId }) => InternetGatewayId),
      ),
    ),
    client.send(new ec2.DescribeNatGatewaysCommand({})).then(({ NatGateways = [] }) =>
      of(
        'nat-gateway',
        NatGateways.filter(alive).map(({ NatGatewayId }) => NatGatewayId),
      ),
    ),
    client.send(new ec2.DescribeAddressesCommand({})).then(({ Addresses = [] }) =>
      of(
        'address',
        Addresses.map(({ AllocationId }) => AllocationId),
      ),
    ),
    client
      .send(new ec2.DescribeRouteTablesCommand({}))
      .then(({ RouteTables = [] }) =>
        RouteTables.filter(inVpc).flatMap(({ RouteTableId, Routes = [] }) => [
          `route-table ${RouteTableId}`,
          ...Routes.map(
            ({ DestinationCidrBlock, VpcPeeringConnectionId }) =>
              `route ${RouteTableId} ${DestinationCidrBlock} ${VpcPeeringConnectionId ?? ''}`,
          ),
        ]),
      ),
    client.send(new ec2.DescribeSecurityGroupsCommand({})).then(({ SecurityGroups = [] }) =>
      of(
        'security-group',
        SecurityGroups.filter(inVpc).map(({ GroupId }) => GroupId),
      ),
    ),
    client.send(new ec2.DescribeSecurityGroupRulesCommand({})).then(({ SecurityGroupRules = [] }) =>
      of(
        'security-group-rule',
        SecurityGroupRules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId),
      ),
    ),
    client.send(new ec2.DescribeNetworkInterfacesCommand({})).then(({ NetworkInterfaces = [] }) =>
      of(
        'interface',
        NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
      ),
    ),
    client.send(new ec2.DescribeVpcEndpointsCommand({})).then(({ VpcEndpoints = [] }) =>
      of(
        'endpoint',
        VpcEndpoints.filter(alive).map(({ VpcEndpointId }) => VpcEndpointId),
      ),
    ),
    client.send(new ec2.DescribeFlowLogsCommand({})).then(({ FlowLogs = [] }) =>
      of(
        'flow-log',
        FlowLogs.map(({ FlowLogId }) => FlowLogId),
      ),
    ),
    client.send(new ec2.DescribeVpcPeeringConnectionsCommand({})).then(({ VpcPeeringConnections = [] }) =>
      of(
        'peering',
        VpcPeeringConnections.filter(({ Status }) => Status?.Code !== 'deleted').map(
          ({ VpcPeeringConnectionId }) => VpcPeeringConnectionId,
        ),
      ),
    ),
    client.send(new ec2.DescribeLaunchTemplatesCommand({})).then(({ LaunchTemplates = [] }) =>
      of(
        'launch-template',
        LaunchTemplates.map(({ LaunchTemplateId }) => LaunchTemplateId),
      ),
    ),
    client.send(new ec2.DescribeVolumesCommand({})).then(({ Volumes = [] }) =>
      of(
        'volume',
        Volumes.map(({ VolumeId }) => VolumeId),
      ),
    ),
  ])
  return [
    ...of(
      'vpc',
      vpcs.map(({ VpcId }) => VpcId),
    ),
    ...lists.flat(),
  ]
}

async function compute(clients: AwsClients): Promise<string[]> {
  const [eks, balancers, waf] = await Promise.all([clients.eks(), clients.loadBalancers(), clients.waf()])
  const { clusters = [] } = await eks.send(new ListClustersCommand({}))
  const { LoadBalancers = [] } = await balancers.send(new DescribeLoadBalancersCommand({}))
  const { TargetGroups = [] } = await balancers.send(new DescribeTargetGroupsCommand({}))
  const { WebACLs = [] } = await waf.send(new ListWebACLsCommand({ Scope: 'REGIONAL' }))
  const { IPSets = [] } = await waf.send(new ListIPSetsCommand({ Scope: 'REGIONAL' }))
  return [
    ...of('cluster', clusters),
    ...of(
      'load-balancer',
      LoadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn),
    ),
    ...of(
      'target-group',
      TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn),
    ),
    ...of(
      'waf',
      [...WebACLs, ...IPSets].map(({ ARN }) => ARN),
    ),
  ]
}

async function identities(clients: AwsClients): Promise<string[]> {
  const [client, kms] = await Promise.all([clients.iam(), clients.kms()])
  const roles = await collect(iam.paginateListRoles({ client }, {}), ({ Roles }) => Roles)
  const policies = await collect(iam.paginateListPolicies({ client }, { Scope: 'Local' }), ({ Policies }) => Policies)
  const profiles = await collect(iam.paginateListInstanceProfiles({ client }, {}), ({ InstanceProfiles }) => InstanceProfiles)
  const { OpenIDConnectProviderList = [] } = await client.send(new iam.ListOpenIDConnectProvidersCommand({}))
  const listed = await collect(paginateListKeys({ client: kms }, {}), ({ Keys }) => Keys)
  const described = await Promise.all(listed.map(({ KeyId }) => kms.send(new DescribeKeyCommand({ KeyId }))))
  // Those of AWS itself come with the first use of a service, and cannot be deleted.
  const keys = described.flatMap(({ KeyMetadata }) => (KeyMetadata?.KeyManager === 'CUSTOMER' ? [{ KeyArn: KeyMetadata.Arn }] : []))
  const aliases = await collect(paginateListAliases({ client: kms }, {}), ({ Aliases }) => Aliases)
  return [
    ...of(
      'identity',
      [...roles, ...policies, ...profiles, ...OpenIDConnectProviderList].map(({ Arn }) => Arn),
    ),
    ...of(
      'key',
      keys.map(({ KeyArn }) => KeyArn),
    ),
    ...of(
      'alias',
      aliases.map(({ AliasName }) => AliasName),
    ),
  ]
}

async function databases(clients: AwsClients): Promise<string[]> {
  const [relational, caches, dynamo] = await Promise.all([clients.rds(), clients.elastiCache(), clients.dynamoDb()])
  const { DBInstances = [] } = await relational.send(new rds.DescribeDBInstancesCommand({}))
  const { DBClusters = [] } = await relational.send(new rds.DescribeDBClustersCommand({}))
  const { DBSubnetGroups = [] } = await relational.send(new rds.DescribeDBSubnetGroupsCommand({}))
  const { DBSnapshots = [] } = await relational.send(new rds.DescribeDBSnapshotsCommand({}))
  const { DBClusterSnapshots = [] } = await relational.send(new rds.DescribeDBClusterSnapshotsCommand({}))
  const { ReplicationGroups = [] } = await caches.send(new elasticache.DescribeReplicationGroupsCommand({}))
  const { CacheClusters = [] } = await caches.send(new elasticache.DescribeCacheClustersCommand({}))
  const { CacheSubnetGroups = [] } = await caches.send(new elasticache.DescribeCacheSubnetGroupsCommand({}))
  const { Users = [] } = await caches.send(new elasticache.DescribeUsersCommand({}))
  const { UserGroups = [] } = await caches.send(new elasticache.DescribeUserGroupsCommand({}))
  const { Snapshots = [] } = await caches.send(new elasticache.DescribeSnapshotsCommand({}))
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}))
  const { BackupSummaries = [] } = await dynamo.send(new ListBackupsCommand({ BackupType: 'ALL' }))
  return [
    ...of('database', [
      ...DBInstances.map(({ DBInstanceArn }) => DBInstanceArn),
      ...DBClusters.map(({ DBClusterArn }) => DBClusterArn),
      ...DBSubnetGroups.map(({ DBSubnetGroupArn }) => DBSubnetGroupArn),
      ...DBSnapshots.map(({ DBSnapshotArn }) => DBSnapshotArn),
      ...DBClusterSnapshots.map(({ DBClusterSnapshotArn }) => DBClusterSnapshotArn),
    ]),
    ...of(
      'cache',
      [...ReplicationGroups, ...CacheClusters, ...CacheSubnetGroups, ...Users, ...UserGroups, ...Snapshots].map(({ ARN }) => ARN),
    ),
    ...of('table', [...TableNames, ...BackupSummaries.map(({ BackupArn }) => BackupArn)]),
  ]
}

async function others(clients: AwsClients): Promise<string[]> {
  const [logs, s3, sns, events, cloudWatch, budgets] = await Promise.all([
    clients.logs(),
    clients.s3(),
    clients.sns(),
    clients.events(),
    clients.cloudWatch(),
    clients.budgets(),
  ])
  const groups = await collect(paginateDescribeLogGroups({ client: logs }, {}), ({ logGroups }) => logGroups)
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}))
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsCommand({}))
  const { Rules = [] } = await events.send(new ListRulesCommand({}))
  const alarms = await collect(paginateDescribeAlarms({ client: cloudWatch }, {}), ({ MetricAlarms }) => MetricAlarms)
  const { DashboardEntries = [] } = await cloudWatch.send(new ListDashboardsCommand({}))
  const { Budgets = [] } = await budgets.send(new DescribeBudgetsCommand({ AccountId: clients.connection.accountId }))
  return [
    ...of(
      'log-group',
      groups.map(({ logGroupName }) => logGroupName),
    ),
    ...of(
      'bucket',
      Buckets.map(({ Name }) => Name),
    ),
    ...of(
      'topic',
      Topics.map(({ TopicArn }) => TopicArn),
    ),
    ...of(
      'subscription',
      Subscriptions.map(({ Endpoint }) => Endpoint),
    ),
    ...of(
      'rule',
      Rules.map(({ Name }) => Name),
    ),
    ...of(
      'alarm',
      alarms.map(({ AlarmName }) => AlarmName),
    ),
    ...of(
      'dashboard',
      DashboardEntries.map(({ DashboardName }) => DashboardName),
    ),
    ...of(
      'budget',
      Budgets.map(({ BudgetName }) => BudgetName),
    ),
  ]
}
