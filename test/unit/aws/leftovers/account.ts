import { awsError, type Answers } from '../../../helpers/fake-aws.js'

export const scope = { platform: 'acme', environment: 'dev', clusterName: 'acme-dev' }
export const ACCOUNT = 'eu-west-1:111122223333'
export const ours = [
  { Key: 'platform:name', Value: 'acme' },
  { Key: 'platform:environment', Value: 'dev' },
]
export const fail =
  (name: string, status = 400) =>
  () => {
    throw awsError(name, status)
  }

/** What RDS answers where no databases are. */
export const noDatabases: Answers = Object.fromEntries(
  ['Snapshots', 'ClusterSnapshots', 'InstanceAutomatedBackups', 'ClusterAutomatedBackups', 'Instances', 'Clusters'].map((kind) => [
    `DescribeDB${kind}`,
    () => ({}),
  ]),
)

/** An account without anything. */
export const nothing: Answers = {
  ...Object.fromEntries(
    [
      ...[
        'Vpcs',
        'Subnets',
        'InternetGateways',
        'NatGateways',
        'Addresses',
        'RouteTables',
        'NetworkAcls',
        'VpcEndpoints',
        'SecurityGroups',
      ],
      ...[
        'SecurityGroupRules',
        'FlowLogs',
        'LaunchTemplates',
        'VpcPeeringConnections',
        'NetworkInterfaces',
        'Volumes',
        'Snapshots',
        'Instances',
      ],
    ].map((kind) => [`Describe${kind}`, () => ({})]),
  ),
  DescribeCluster: fail('ResourceNotFoundException', 404),
  ListRoles: () => ({}),
  ListPolicies: () => ({}),
  ListInstanceProfiles: () => ({}),
  ListOpenIDConnectProviders: () => ({}),
  DescribeLogGroups: () => ({}),
  ...noDatabases,
  ListBackups: () => ({}),
  ListDashboards: () => ({}),
  DescribeBudgets: () => ({}),
  ListKeys: () => ({}),
  ListAliases: () => ({}),
  GetResources: () => ({}),
}
