import { describe, expect, it } from 'vitest'
import { ExistingResources } from '../../../../src/lib/aws/existing/existing-resources.js'
import { awsError, fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fakeClock } from '../../../helpers/fake-clock.js'

const scope = { platform: 'acme', environment: 'dev' }
const tagsOf = (environment: string) => [
  { Key: 'platform:name', Value: 'acme' },
  { Key: 'platform:environment', Value: environment },
]
const planned = (type: string, values: Record<string, unknown>) => ({ address: `${type}.this`, type, values })
const look = (answers: Answers, type: string, values: Record<string, unknown>) =>
  new ExistingResources({ clock: fakeClock(), signal: new AbortController().signal }, fakeAws(answers).clients, scope).find(
    planned(type, values),
  )
const fail = (name: string) => () => {
  throw awsError(name)
}

const acl = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/acme-dev-edge/1'

interface Case {
  type: string
  values: Record<string, unknown>
  /** What AWS answers, with the tags of an environment. */
  answers: (environment: string) => Answers
  importId: string
  /** The operation that says that there is none, and the name by which AWS says so. */
  missing: Answers
}

const balancerTags = (arn: string, environment: string): Answers => ({
  DescribeTags: () => ({ TagDescriptions: [{ ResourceArn: arn, Tags: tagsOf(environment) }] }),
})
const wafTags = (environment: string): Answers => ({
  ListTagsForResource: () => ({ TagInfoForResource: { TagList: tagsOf(environment) } }),
})
const tagList = (environment: string): Answers => ({ ListTagsForResource: () => ({ TagList: tagsOf(environment) }) })
const tags = (environment: string): Answers => ({ ListTagsForResource: () => ({ Tags: tagsOf(environment) }) })

/** Known by a name of their own, and owned by whom their tags say. */
const named: Case[] = [
  {
    type: 'aws_lb',
    values: { name: 'edge' },
    answers: (environment) => ({
      DescribeLoadBalancers: () => ({
        LoadBalancers: [{ LoadBalancerName: 'edge', LoadBalancerArn: 'arn:lb', State: { Code: 'active' } }],
      }),
      ...balancerTags('arn:lb', environment),
    }),
    importId: 'arn:lb',
    missing: { DescribeLoadBalancers: fail('LoadBalancerNotFoundException') },
  },
  {
    type: 'aws_lb_target_group',
    values: { name: 'web' },
    answers: (environment) => ({
      DescribeTargetGroups: () => ({ TargetGroups: [{ TargetGroupName: 'web', TargetGroupArn: 'arn:tg' }] }),
      ...balancerTags('arn:tg', environment),
    }),
    importId: 'arn:tg',
    missing: { DescribeTargetGroups: fail('TargetGroupNotFoundException') },
  },
  {
    type: 'aws_wafv2_web_acl',
    values: { name: 'edge', scope: 'REGIONAL' },
    answers: (environment) => ({
      ListWebACLs: () => ({ WebACLs: [{ Name: 'edge', Id: '1', ARN: acl }] }),
      ...wafTags(environment),
    }),
    importId: '1/edge/REGIONAL',
    missing: { ListWebACLs: () => ({ WebACLs: [] }) },
  },
  {
    type: 'aws_wafv2_ip_set',
    values: { name: 'block', scope: 'REGIONAL' },
    answers: (environment) => ({
      // A page, and a marker that leads to nothing more.
      ListIPSets: ({ NextMarker }) =>
        NextMarker === undefined
          ? { IPSets: [{ Name: 'allow', Id: '1', ARN: 'arn:1' }], NextMarker: 'allow' }
          : NextMarker === 'allow'
            ? { IPSets: [{ Name: 'block', Id: '2', ARN: 'arn:2' }], NextMarker: 'block' }
            : { IPSets: [], NextMarker: 'block' },
      ...wafTags(environment),
    }),
    importId: '2/block/REGIONAL',
    missing: { ListIPSets: () => ({}) },
  },
  {
    type: 'aws_db_instance',
    values: { identifier: 'db' },
    answers: (environment) => ({
      DescribeDBInstances: () => ({
        DBInstances: [{ DBInstanceIdentifier: 'db', DBInstanceStatus: 'available', TagList: tagsOf(environment) }],
      }),
    }),
    importId: 'db',
    missing: { DescribeDBInstances: fail('DBInstanceNotFoundFault') },
  },
  {
    type: 'aws_rds_cluster_instance',
    values: { identifier: 'db-0' },
    answers: (environment) => ({
      DescribeDBInstances: () => ({
        DBInstances: [{ DBInstanceIdentifier: 'db-0', DBClusterIdentifier: 'db', TagList: tagsOf(environment) }],
      }),
    }),
    importId: 'db-0',
    missing: { DescribeDBInstances: fail('DBInstanceNotFound') },
  },
  {
    type: 'aws_rds_cluster',
    values: { cluster_identifier: 'db' },
    answers: (environment) => ({
      DescribeDBClusters: () => ({ DBClusters: [{ DBClusterIdentifier: 'db', Status: 'available', TagList: tagsOf(environment) }] }),
    }),
    importId: 'db',
    missing: { DescribeDBClusters: fail('DBClusterNotFoundFault') },
  },
  {
    type: 'aws_db_subnet_group',
    values: { name: 'acme-dev' },
    answers: (environment) => ({
      DescribeDBSubnetGroups: () => ({ DBSubnetGroups: [{ DBSubnetGroupName: 'acme-dev', DBSubnetGroupArn: 'arn:s' }] }),
      ...tagList(environment),
    }),
    importId: 'acme-dev',
    missing: { DescribeDBSubnetGroups: fail('DBSubnetGroupNotFoundFault') },
  },
  {
    type: 'aws_db_parameter_group',
    values: { name: 'acme-dev-shop-postgres17' },
    answers: (environment) => ({
      DescribeDBParameterGroups: () => ({
        DBParameterGroups: [{ DBParameterGroupName: 'acme-dev-shop-postgres17', DBParameterGroupArn: 'arn:pg' }],
      }),
      ...tagList(environment),
    }),
    importId: 'acme-dev-shop-postgres17',
    missing: { DescribeDBParameterGroups: fail('DBParameterGroupNotFoundFault') },
  },
  {
    type: 'aws_rds_cluster_parameter_group',
    values: { name: 'acme-dev-sales-aurora-postgresql17' },
    answers: (environment) => ({
      DescribeDBClusterParameterGroups: () => ({
        DBClusterParameterGroups: [
          { DBClusterParameterGroupName: 'acme-dev-sales-aurora-postgresql17', DBClusterParameterGroupArn: 'arn:cpg' },
        ],
      }),
      ...tagList(environment),
    }),
    importId: 'acme-dev-sales-aurora-postgresql17',
    missing: { DescribeDBClusterParameterGroups: fail('DBParameterGroupNotFound') },
  },
  {
    type: 'aws_dynamodb_table',
    values: { name: 'orders' },
    answers: (environment) => ({
      DescribeTable: () => ({ Table: { TableArn: 'arn:t', TableStatus: 'ACTIVE' } }),
      ListTagsOfResource: () => ({ Tags: tagsOf(environment) }),
    }),
    importId: 'orders',
    missing: { DescribeTable: fail('ResourceNotFoundException') },
  },
  {
    type: 'aws_elasticache_replication_group',
    values: { replication_group_id: 'cache' },
    answers: (environment) => ({
      DescribeReplicationGroups: () => ({ ReplicationGroups: [{ ReplicationGroupId: 'cache', ARN: 'arn:c', Status: 'available' }] }),
      ...tagList(environment),
    }),
    importId: 'cache',
    missing: { DescribeReplicationGroups: fail('ReplicationGroupNotFoundFault') },
  },
  {
    type: 'aws_elasticache_subnet_group',
    values: { name: 'acme-dev' },
    answers: (environment) => ({
      DescribeCacheSubnetGroups: () => ({ CacheSubnetGroups: [{ CacheSubnetGroupName: 'acme-dev', ARN: 'arn:s' }] }),
      ...tagList(environment),
    }),
    importId: 'acme-dev',
    missing: { DescribeCacheSubnetGroups: fail('CacheSubnetGroupNotFoundFault') },
  },
  {
    type: 'aws_elasticache_user',
    values: { user_id: 'app' },
    answers: (environment) => ({
      DescribeUsers: () => ({ Users: [{ UserId: 'app', ARN: 'arn:u', Status: 'active' }] }),
      ...tagList(environment),
    }),
    importId: 'app',
    missing: { DescribeUsers: fail('UserNotFoundFault') },
  },
  {
    type: 'aws_elasticache_user_group',
    values: { user_group_id: 'app' },
    answers: (environment) => ({
      DescribeUserGroups: () => ({ UserGroups: [{ UserGroupId: 'app', ARN: 'arn:g', Status: 'active' }] }),
      ...tagList(environment),
    }),
    importId: 'app',
    missing: { DescribeUserGroups: fail('UserGroupNotFoundFault') },
  },
  {
    type: 'aws_cloudwatch_metric_alarm',
    values: { alarm_name: 'full' },
    answers: (environment) => ({
      DescribeAlarms: () => ({ MetricAlarms: [{ AlarmName: 'full', AlarmArn: 'arn:a' }] }),
      ...tags(environment),
    }),
    importId: 'full',
    missing: { DescribeAlarms: () => ({}) },
  },
  {
    type: 'aws_cloudwatch_event_rule',
    values: { name: 'keys', event_bus_name: 'default' },
    answers: (environment) => ({ DescribeRule: () => ({ Arn: 'arn:r' }), ...tags(environment) }),
    importId: 'default/keys',
    missing: { DescribeRule: fail('ResourceNotFoundException') },
  },
  {
    type: 'aws_sns_topic',
    values: { name: 'alerts' },
    answers: (environment) => ({ GetTopicAttributes: () => ({ Attributes: {} }), ...tags(environment) }),
    importId: 'arn:aws:sns:eu-west-1:111122223333:alerts',
    missing: { GetTopicAttributes: fail('NotFoundException') },
  },
  {
    type: 'aws_budgets_budget',
    values: { name: 'month' },
    answers: (environment) => ({
      DescribeBudget: () => ({ Budget: {} }),
      ListTagsForResource: () => ({ ResourceTags: tagsOf(environment) }),
    }),
    importId: '111122223333:month',
    missing: { DescribeBudget: fail('NotFoundException') },
  },
]

describe.each(named)('$type', ({ type, values, answers, importId, missing }) => {
  it('is found by its name', async () => {
    await expect(look(answers('dev'), type, values)).resolves.toEqual({ importId })
  })

  it('is left alone when it belongs to another environment', async () => {
    await expect(look(answers('prod'), type, values)).resolves.toBeUndefined()
  })

  it('is not found where there is none, and nobody is asked before its name is known', async () => {
    await expect(look(missing, type, values)).resolves.toBeUndefined()
    await expect(look({}, type, {})).resolves.toBeUndefined()
  })

  it('does not take a refusal for an answer', async () => {
    const refused = Object.fromEntries(Object.keys(missing).map((operation) => [operation, fail('AccessDeniedException')]))
    await expect(look(refused, type, values)).rejects.toMatchObject({ code: 'AwsRefused' })
  })
})

describe('what belongs to something else', () => {
  const listener = 'arn:listener'
  const answers: Answers = {
    DescribeListeners: () => ({ Listeners: [{ Port: 443, ListenerArn: listener }] }),
    DescribeListenerCertificates: () => ({
      Certificates: [
        { CertificateArn: 'arn:first', IsDefault: true },
        { CertificateArn: 'arn:more', IsDefault: false },
      ],
    }),
    GetWebACLForResource: () => ({ WebACL: { ARN: acl } }),
    GetLoggingConfiguration: () => ({ LoggingConfiguration: {} }),
    GetDashboard: () => ({}),
    ListTargetsByRule: () => ({ Targets: [{ Id: 'alerts' }] }),
    GetTopicAttributes: () => ({}),
    ListSubscriptionsByTopic: () => ({
      Subscriptions: [
        { Protocol: 'email', Endpoint: 'ops@example.org', SubscriptionArn: 'arn:aws:sns:s' },
        { Protocol: 'email', Endpoint: 'new@example.org', SubscriptionArn: 'PendingConfirmation' },
      ],
    }),
  }

  it.each([
    ['aws_lb_listener', { load_balancer_arn: 'arn:lb', port: 443 }, listener],
    ['aws_lb_listener', { load_balancer_arn: 'arn:lb', port: 80 }, undefined],
    ['aws_lb_listener', { port: 443 }, undefined],
    ['aws_lb_listener_certificate', { listener_arn: listener, certificate_arn: 'arn:more' }, `${listener}_arn:more`],
    ['aws_lb_listener_certificate', { listener_arn: listener, certificate_arn: 'arn:first' }, undefined],
    ['aws_wafv2_web_acl_association', { resource_arn: 'arn:lb', web_acl_arn: acl }, `${acl},arn:lb`],
    ['aws_wafv2_web_acl_association', { resource_arn: 'arn:lb', web_acl_arn: 'arn:other' }, undefined],
    ['aws_wafv2_web_acl_logging_configuration', { resource_arn: acl }, acl],
    ['aws_cloudwatch_dashboard', { dashboard_name: 'acme-dev' }, 'acme-dev'],
    ['aws_cloudwatch_event_target', { rule: 'keys', target_id: 'alerts' }, 'default/keys/alerts'],
    ['aws_cloudwatch_event_target', { rule: 'keys', target_id: 'other' }, undefined],
    ['aws_sns_topic_policy', { arn: 'arn:topic' }, 'arn:topic'],
    ['aws_sns_topic_subscription', { topic_arn: 't', protocol: 'email', endpoint: 'ops@example.org' }, 'arn:aws:sns:s'],
    ['aws_sns_topic_subscription', { topic_arn: 't', protocol: 'email', endpoint: 'new@example.org' }, undefined],
  ])('%s %j is %s', async (type, values, importId) => {
    expect((await look(answers, type, values))?.importId).toBe(importId)
  })

  it.each([
    ['aws_wafv2_web_acl_association', { resource_arn: 'r', web_acl_arn: acl }, 'GetWebACLForResource', 'WAFNonexistentItemException'],
    ['aws_wafv2_web_acl_logging_configuration', { resource_arn: acl }, 'GetLoggingConfiguration', 'WAFNonexistentItemException'],
    ['aws_cloudwatch_dashboard', { dashboard_name: 'd' }, 'GetDashboard', 'DashboardNotFoundError'],
    ['aws_cloudwatch_event_target', { rule: 'r', target_id: 't' }, 'ListTargetsByRule', 'ResourceNotFoundException'],
    ['aws_sns_topic_policy', { arn: 'a' }, 'GetTopicAttributes', 'NotFoundException'],
    ['aws_sns_topic_subscription', { topic_arn: 't', protocol: 'p', endpoint: 'e' }, 'ListSubscriptionsByTopic', 'NotFoundException'],
  ])('%s of nothing is nothing', async (type, values, operation, name) => {
    await expect(look({ [operation]: fail(name) }, type, values)).resolves.toBeUndefined()
  })
})

describe('databases', () => {
  const database = (DBInstanceStatus: string, more: object = {}) => ({
    DBInstances: [{ DBInstanceIdentifier: 'db', DBInstanceStatus, TagList: tagsOf('dev'), ...more }],
  })

  it('are waited for while they are made', async () => {
    let asked = 0
    const answers: Answers = { DescribeDBInstances: () => database(++asked < 3 ? 'creating' : 'backing-up') }
    await expect(look(answers, 'aws_db_instance', { identifier: 'db' })).resolves.toEqual({ importId: 'db' })
    expect(asked).toBe(3)
  })

  it('are never replaced because they failed: their data may still be in them', async () => {
    const found = await look({ DescribeDBInstances: () => database('failed') }, 'aws_db_instance', { identifier: 'db' })
    expect(found).toEqual({ importId: 'db', note: expect.stringContaining('failed') as string })
  })

  it('are no instance of a cluster, and the other way round', async () => {
    const clustered = { DescribeDBInstances: () => database('available', { DBClusterIdentifier: 'c' }) }
    await expect(look(clustered, 'aws_db_instance', { identifier: 'db' })).resolves.toBeUndefined()
    const alone = { DescribeDBInstances: () => database('available') }
    await expect(look(alone, 'aws_rds_cluster_instance', { identifier: 'db' })).resolves.toBeUndefined()
  })

  it('say that a cache which failed to start is of no use', async () => {
    const answers: Answers = {
      DescribeReplicationGroups: () => ({ ReplicationGroups: [{ ReplicationGroupId: 'c', ARN: 'a', Status: 'create-failed' }] }),
      ...tagList('dev'),
    }
    await expect(look(answers, 'aws_elasticache_replication_group', { replication_group_id: 'c' })).resolves.toMatchObject({ failed: true })
  })
})

describe('peerings', () => {
  const peering = (id: string, Code: string) => ({
    VpcPeeringConnectionId: id,
    Status: { Code },
    Tags: [...tagsOf('dev'), { Key: 'platform:resource', Value: 'connectivity/peering' }],
  })
  const wanted = { tags_all: { 'platform:resource': 'connectivity/peering' } }
  const answer = (...peerings: object[]): Answers => ({ DescribeVpcPeeringConnections: () => ({ VpcPeeringConnections: peerings }) })

  it('are found by tag, without those that are over', async () => {
    const over = ['deleted', 'rejected', 'failed', 'expired'].map((code) => peering(`pcx-${code}`, code))
    const found = await look(answer(...over, peering('pcx-1', 'pending-acceptance')), 'aws_vpc_peering_connection', wanted)
    expect(found).toEqual({ importId: 'pcx-1' })
  })

  it.each(['aws_vpc_peering_connection_accepter', 'aws_vpc_peering_connection_options'])(
    '%s exists once both sides agree',
    async (type) => {
      const values = { vpc_peering_connection_id: 'pcx-1' }
      await expect(look(answer(peering('pcx-1', 'active')), type, values)).resolves.toEqual({ importId: 'pcx-1' })
      await expect(look(answer(peering('pcx-1', 'pending-acceptance')), type, values)).resolves.toBeUndefined()
      await expect(look({}, type, {})).resolves.toBeUndefined()
    },
  )
})
