import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { RequestCertificateCommand } from '@aws-sdk/client-acm'
import { DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DescribeRouteTablesCommand, DescribeSecurityGroupRulesCommand, DescribeVpcPeeringConnectionsCommand } from '@aws-sdk/client-ec2'
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeReplicationGroupsCommand, DescribeUserGroupsCommand, DescribeUsersCommand } from '@aws-sdk/client-elasticache'
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge'
import { DescribeDBClusterParametersCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand } from '@aws-sdk/client-rds'
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns'
import { GetIPSetCommand, GetLoggingConfigurationCommand, GetWebACLCommand, GetWebACLForResourceCommand } from '@aws-sdk/client-wafv2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findLeftovers } from '../../src/lib/aws/leftovers/leftovers.js'
import { actionsOf, resourcesOf, type StateResource } from '../e2e/modules/terraform-json.js'
import { ACCOUNT, copyOfTemplates, findBinary, writeJson } from '../e2e/modules/workbench.js'
import { TestSandbox } from '../helpers/sandbox.js'
import { everything, MANAGEMENT_CIDR, managementNetwork } from './parts.js'
import { callsOf, rightsOfTheTool } from './tool-rights.js'

// What a protected environment has beside its network, keys and cluster, as AWS answers it once it was applied. Load balancers and
// databases take minutes.
const terraform = (await findBinary('terraform'))!
let sandbox: TestSandbox
let folder: string
let values: ReturnType<typeof everything>
let resources: StateResource[]
let stateText: string
/** Where the log of the gateway stood after each step. */
const steps: { planned?: string; applied?: string; destroyed?: string } = {}

const clients = () => sandbox.clients()
const run = (args: string[], okCodes = [0]) => terraform.run(folder, args, { endpoint: sandbox.endpoint, okCodes })
const change = async (command: string, ...args: string[]): Promise<void> => {
  const { exitCode, stderr } = await run([command, '-no-color', '-input=false', ...args], [0, 1])
  if (exitCode !== 0) throw new Error(stderr)
}
const gatewayLog = () => readFile(path.join(sandbox.directory, '.platform/sandbox/logs/gateway.log'), 'utf8')

beforeAll(async () => {
  sandbox = await TestSandbox.start()
  const { CertificateArn } = await (await clients().acm()).send(new RequestCertificateCommand({ DomainName: 'dev.acme.example' }))
  const plain = everything(await managementNetwork(clients()))
  values = {
    ...plain,
    protection: true,
    edge: {
      ...plain.edge,
      certificate_arns: [CertificateArn ?? ''],
      plain_http: false,
      target_groups: {
        blue: { port: 8080, protocol: 'HTTP', weight: 90, health_path: '/healthz' },
        green: { port: 8443, protocol: 'HTTPS', weight: 10, health_path: '/ready' },
      },
    },
    waf: { ...plain.waf, allow_cidrs: ['192.0.2.0/24'], counted_rules: { AWSManagedRulesCommonRuleSet: ['SizeRestrictions_BODY'] } },
    databases: { ...plain.databases, shop: { ...plain.databases.shop, final_snapshot: true } },
  }
  folder = path.join(await copyOfTemplates(), 'roots/eks')
  await writeJson(folder, 'terraform.tfvars.json', values)
  await run(['init', '-input=false'])
  const before = await gatewayLog()
  await change('apply', '-auto-approve')
  steps.applied = (await gatewayLog()).slice(before.length)
  stateText = (await run(['show', '-json'])).stdout
  resources = resourcesOf(stateText)
})
afterAll(() => sandbox.remove())

const one = (address: string): Record<string, unknown> => {
  const found = resources.find((resource) => resource.address === address)
  if (!found) throw new Error(`${address} is not in the state`)
  return found.values
}
const changesOf = (json: string) => Object.fromEntries(Object.entries(actionsOf(json)).filter(([action]) => action !== 'no-op'))
const keyOf = (purpose: string): unknown => one(`module.keys.aws_kms_key.this["${purpose}"]`)['arn']
const clusterGroup = (): unknown =>
  (one('module.cluster.aws_eks_cluster.this')['vpc_config'] as Array<Record<string, unknown>>)[0]?.['cluster_security_group_id']
const rulesOf = async (groupId: unknown) => {
  const command = new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [String(groupId)] }] })
  const { SecurityGroupRules = [] } = await (await clients().ec2()).send(command)
  return SecurityGroupRules.map(({ IsEgress, FromPort, ToPort, CidrIpv4, ReferencedGroupInfo }) =>
    [IsEgress ? 'to' : 'from', CidrIpv4 ?? ReferencedGroupInfo?.GroupId, FromPort, ToPort].join(' '),
  ).sort()
}

test('has nothing left to do after it was applied', async () => {
  const before = await gatewayLog()
  expect((await run(['plan', '-input=false', '-detailed-exitcode'], [0, 2])).exitCode).toBe(0)
  steps.planned = (await gatewayLog()).slice(before.length)
})

describe('the edge', () => {
  const balancer = async () => {
    const { LoadBalancers = [] } = await (await clients().loadBalancers()).send(new DescribeLoadBalancersCommand({}))
    expect(LoadBalancers).toHaveLength(1)
    return LoadBalancers[0]!
  }

  test('has a protected load balancer that writes access logs and lets no request past a silent web ACL', async () => {
    const { LoadBalancerArn, Scheme } = await balancer()
    expect(Scheme).toBe('internet-facing')
    const command = new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })
    const { Attributes = [] } = await (await clients().loadBalancers()).send(command)
    expect(Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      'deletion_protection.enabled': 'true',
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': `acme-dev-edge-logs-${ACCOUNT}-eu-west-1`,
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'defensive',
      'waf.fail_open.enabled': 'false',
    })
  })

  test('speaks TLS 1.2 at the lowest, spreads by weight, and sends plain HTTP there', async () => {
    const { LoadBalancerArn } = await balancer()
    const { Listeners = [] } = await (await clients().loadBalancers()).send(new DescribeListenersCommand({ LoadBalancerArn }))
    const at = (port: number) => Listeners.find(({ Port }) => Port === port)
    expect(Listeners).toHaveLength(2)
    expect(at(443)).toMatchObject({
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      Certificates: [{ CertificateArn: values.edge.certificate_arns[0] }],
    })
    expect(at(80)?.DefaultActions).toMatchObject([
      { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
    ])
    const groups = at(443)?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? []
    const names = new Map(['blue', 'green'].map((name) => [one(`module.edge[0].aws_lb_target_group.this["${name}"]`)['arn'], name]))
    expect(groups.map(({ TargetGroupArn, Weight }) => `${names.get(TargetGroupArn)} ${Weight}`).sort()).toEqual(['blue 90', 'green 10'])
  })

  test('has target groups of addresses, which any cluster can bind to', async () => {
    const { TargetGroups = [] } = await (await clients().loadBalancers()).send(new DescribeTargetGroupsCommand({}))
    expect(TargetGroups.sort((a, b) => a.Port! - b.Port!)).toMatchObject([
      { TargetGroupName: 'acme-dev-blue', TargetType: 'ip', Protocol: 'HTTP', Port: 8080, HealthCheckPath: '/healthz' },
      { TargetGroupName: 'acme-dev-green', TargetType: 'ip', Protocol: 'HTTPS', Port: 8443, HealthCheckPath: '/ready' },
    ])
    const { outputs } = (JSON.parse(stateText) as State).values
    expect(Object.keys(outputs['edge_target_group_arns']?.value as object)).toEqual(['blue', 'green'])
  })

  test('is reached by those who may, and reaches nothing but the pods', async () => {
    const own = one('module.edge[0].aws_security_group.this')['id']
    const cluster = clusterGroup()
    expect(await rulesOf(own)).toEqual([
      'from 203.0.113.0/24 443 443',
      'from 203.0.113.0/24 80 80',
      `to ${String(cluster)} 8080 8080`,
      `to ${String(cluster)} 8443 8443`,
    ])
    expect(await rulesOf(cluster)).toEqual(
      expect.arrayContaining([`from ${String(own)} 8080 8080`, `from ${String(own)} 8443 8443`, `from ${MANAGEMENT_CIDR} 443 443`]),
    )
  })

  test('keeps its access logs encrypted, for a time, and takes them from load balancers of this account only', async () => {
    const s3 = await clients().s3()
    const Bucket = `acme-dev-edge-logs-${ACCOUNT}-eu-west-1`
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }))
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true])
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
    // Load balancers cannot write to a bucket with a key of KMS.
    expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }])
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
    expect(Rules).toMatchObject([{ Status: 'Enabled', Expiration: { Days: 7 } }])
    const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }))
    expect((JSON.parse(Policy) as { Statement: object[] }).Statement).toMatchObject([
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Resource: `arn:aws:s3:::${Bucket}/AWSLogs/${ACCOUNT}/*`,
      },
      { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ])
  })
})

describe('the web ACL', () => {
  const ids = () => {
    const { id, name } = one('module.edge[0].aws_wafv2_web_acl.this[0]')
    return { Id: String(id), Name: String(name), Scope: 'REGIONAL' as const }
  }

  test('has the rules of AWS, a rate limit, and lists that come first', async () => {
    const { WebACL } = await (await clients().waf()).send(new GetWebACLCommand(ids()))
    expect(WebACL?.DefaultAction).toEqual({ Allow: {} })
    const rules = (WebACL?.Rules ?? []).sort((a, b) => a.Priority! - b.Priority!)
    expect(rules.map(({ Name }) => Name)).toEqual([
      ...['block-list', 'allow-list', 'rate-limit', 'AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesCommonRuleSet'],
      ...['AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesSQLiRuleSet'],
    ])
    expect(rules.slice(0, 3).map(({ Action }) => Object.keys(Action ?? {}))).toEqual([['Block'], ['Allow'], ['Block']])
    expect(rules[2]?.Statement?.RateBasedStatement).toMatchObject({ Limit: 1000, AggregateKeyType: 'IP' })
    for (const { Name, OverrideAction, Statement } of rules.slice(3)) {
      expect(OverrideAction).toEqual({ None: {} })
      expect(Statement?.ManagedRuleGroupStatement).toMatchObject({ VendorName: 'AWS', Name })
    }
    expect(rules[4]?.Statement?.ManagedRuleGroupStatement?.RuleActionOverrides).toMatchObject([
      { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
    ])
    for (const [list, addresses] of Object.entries({ allow: values.waf.allow_cidrs, block: values.waf.block_cidrs })) {
      const { id, name } = one(`module.edge[0].aws_wafv2_ip_set.this["${list}"]`)
      const command = new GetIPSetCommand({ Id: String(id), Name: String(name), Scope: 'REGIONAL' })
      expect((await (await clients().waf()).send(command)).IPSet?.Addresses).toEqual(addresses)
    }
  })

  test('stands before the load balancer', async () => {
    const ResourceArn = String(one('module.edge[0].aws_lb.this')['arn'])
    const { WebACL } = await (await clients().waf()).send(new GetWebACLForResourceCommand({ ResourceArn }))
    expect(WebACL?.Name).toBe('acme-dev-edge')
  })

  test('leaves no secret of a request in its log, and none in samples, which no redaction reaches', async () => {
    const waf = await clients().waf()
    const ResourceArn = String(one('module.edge[0].aws_wafv2_web_acl.this[0]')['arn'])
    const { LoggingConfiguration } = await waf.send(new GetLoggingConfigurationCommand({ ResourceArn }))
    expect(LoggingConfiguration?.RedactedFields?.map(({ SingleHeader }) => SingleHeader?.Name)).toEqual(
      expect.arrayContaining(['authorization', 'cookie', 'x-api-key']),
    )
    const { WebACL } = await waf.send(new GetWebACLCommand(ids()))
    const sampled = [WebACL, ...(WebACL?.Rules ?? [])].map((each) => each?.VisibilityConfig?.SampledRequestsEnabled)
    expect(new Set(sampled)).toEqual(new Set([false]))
    const { logGroups } = await (await clients().logs()).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'aws-waf-logs-' }))
    expect(logGroups).toMatchObject([{ logGroupName: 'aws-waf-logs-acme-dev', retentionInDays: 7, kmsKeyId: keyOf('logs') }])
  })

  test('only counts when it is tried out, but for the block list', async () => {
    await writeJson(folder, 'terraform.tfvars.json', { ...values, waf: { ...values.waf, mode: 'count' } })
    await run(['plan', '-input=false', '-out=count.tfplan'])
    await writeJson(folder, 'terraform.tfvars.json', values)
    const json = (await run(['show', '-json', 'count.tfplan'])).stdout
    expect(changesOf(json)).toEqual({ update: ['module.edge[0].aws_wafv2_web_acl.this[0]'] })
    const { resource_changes: changes } = JSON.parse(json) as { resource_changes: Array<{ address: string; change: { after: object } }> }
    const { rule } = changes.find(({ address }) => address.includes('aws_wafv2_web_acl.this'))!.change.after as { rule: CountedRule[] }
    const blocking = rule.filter(({ action, override_action: override }) => action[0]?.block?.length || override[0]?.none?.length)
    expect(blocking.map(({ name }) => name)).toEqual(['block-list'])
  })
})

describe('the databases', () => {
  const common = () => ({
    StorageEncrypted: true,
    KmsKeyId: keyOf('data'),
    DeletionProtection: true,
    BackupRetentionPeriod: 1,
    IAMDatabaseAuthenticationEnabled: true,
    MasterUserSecret: { KmsKeyId: keyOf('data'), SecretArn: expect.stringMatching(/^arn:aws:secretsmanager:/) as string },
  })

  test('are encrypted by the key of the environment, protected, backed up, and not public', async () => {
    const rds = await clients().rds()
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'acme-dev-shop' }))
    expect(DBInstances).toMatchObject([{ ...common(), PubliclyAccessible: false, MultiAZ: true, Engine: 'postgres' }])
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'acme-dev-sales' }))
    expect(DBClusters).toMatchObject([{ ...common(), Engine: 'aurora-postgresql' }])
    expect(DBClusters[0]?.DBClusterMembers).toHaveLength(2)
    expect(one('module.databases[0].aws_db_instance.this["shop"]')).toMatchObject({
      skip_final_snapshot: false,
      final_snapshot_identifier: expect.stringMatching(/^acme-dev-shop-final-[0-9a-f]{8}$/) as string,
    })
    const database = resources
      .filter(({ address }) => address.startsWith('module.network.aws_subnet.database'))
      .map(({ values: v }) => v['id'])
    expect([...(one('module.databases[0].aws_db_subnet_group.this[0]')['subnet_ids'] as string[])].sort()).toEqual([...database].sort())
  })

  test('refuse a connection without TLS', async () => {
    const rds = await clients().rds()
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'acme-dev-shop' }))
    const DBParameterGroupName = DBInstances[0]?.DBParameterGroups?.[0]?.DBParameterGroupName
    expect(DBParameterGroupName).toBe('acme-dev-shop-postgres17')
    // The emulator tells no client but Terraform's of the parameters of an instance.
    expect(one('module.databases[0].aws_db_parameter_group.this["shop"]')['parameter']).toEqual([
      { name: 'rds.force_ssl', value: '1', apply_method: 'pending-reboot' },
    ])
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'acme-dev-sales' }))
    const DBClusterParameterGroupName = DBClusters[0]?.DBClusterParameterGroup
    expect(DBClusterParameterGroupName).toBe('acme-dev-sales-aurora-postgresql17')
    const shared = await rds.send(new DescribeDBClusterParametersCommand({ DBClusterParameterGroupName, Source: 'user' }))
    expect(shared.Parameters).toMatchObject([{ ParameterName: 'rds.force_ssl', ParameterValue: '1' }])
  })

  test('write their logs to groups that are encrypted and end', async () => {
    const { logGroups = [] } = await (await clients().logs()).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/rds/' }))
    expect(logGroups.map(({ logGroupName }) => logGroupName)).toEqual([
      '/aws/rds/cluster/acme-dev-sales/postgresql',
      '/aws/rds/instance/acme-dev-shop/postgresql',
    ])
    for (const group of logGroups) expect(group).toMatchObject({ retentionInDays: 7, kmsKeyId: keyOf('logs') })
  })

  test('has tables with the key of the environment that can go back to any moment', async () => {
    const dynamo = await clients().dynamoDb()
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: 'acme-dev-orders' }))
    expect(Table).toMatchObject({ DeletionProtectionEnabled: true, SSEDescription: { SSEType: 'KMS', KMSMasterKeyArn: keyOf('data') } })
    const { ContinuousBackupsDescription } = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName: 'acme-dev-orders' }))
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED')
  })

  test('has caches that are encrypted at rest and on the way, and that nobody enters without IAM', async () => {
    const cache = await clients().elastiCache()
    const { ReplicationGroups = [] } = await cache.send(new DescribeReplicationGroupsCommand({}))
    expect(ReplicationGroups).toMatchObject([
      {
        ReplicationGroupId: 'acme-dev-cache',
        AtRestEncryptionEnabled: true,
        TransitEncryptionEnabled: true,
        KmsKeyId: keyOf('data'),
        SnapshotRetentionLimit: 3,
        AutomaticFailover: 'enabled',
      },
    ])
    const { UserGroups = [] } = await cache.send(new DescribeUserGroupsCommand({ UserGroupId: 'acme-dev-cache' }))
    expect(UserGroups[0]?.UserIds).toEqual(['acme-dev-cache'])
    const { Users = [] } = await cache.send(new DescribeUsersCommand({ UserId: 'acme-dev-cache' }))
    expect(Users).toMatchObject([{ Authentication: { Type: 'iam' }, AccessString: expect.stringContaining('-@admin') as string }])
  })

  test('are reached from the cluster only', async () => {
    for (const [name, port] of Object.entries({ shop: 5432, sales: 5432, cache: 6379 })) {
      const group = one(`module.databases[0].aws_security_group.this["${name}"]`)['id']
      expect(await rulesOf(group), name).toEqual([`from ${String(clusterGroup())} ${port} ${port}`])
    }
  })

  test('have passwords that AWS keeps: neither state nor outputs know them', async () => {
    const secrets = ['aws_db_instance.this["shop"]', 'aws_rds_cluster.this["sales"]'].map(
      (address) => (one(`module.databases[0].${address}`)['master_user_secret'] as Array<{ secret_arn: string }>)[0]?.secret_arn ?? '',
    )
    for (const secret of secrets) {
      const { username, password } = await secretValue(secret)
      expect(username).toBe('platform')
      expect(password.length).toBeGreaterThan(10)
      expect(stateText).not.toContain(password)
    }
    expect(one('module.databases[0].aws_db_instance.this["shop"]')['password']).toBeNull()
  })
})

describe('the way to the management network', () => {
  test('leads both ways, and finds names of the other side', async () => {
    const ec2 = await clients().ec2()
    const { VpcPeeringConnections = [] } = await ec2.send(new DescribeVpcPeeringConnectionsCommand({}))
    expect(VpcPeeringConnections).toHaveLength(1)
    const [peering] = VpcPeeringConnections
    expect(peering?.Status?.Code).toBe('active')
    for (const side of [peering?.RequesterVpcInfo, peering?.AccepterVpcInfo])
      expect(side?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc).toBe(true)
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({}))
    const through = RouteTables.flatMap(({ VpcId, Routes = [] }) =>
      Routes.filter(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId !== undefined).map(
        ({ DestinationCidrBlock }) => `${VpcId === values.connectivity.vpc_id ? 'management' : 'here'} → ${DestinationCidrBlock}`,
      ),
    )
    expect(through.sort()).toEqual([
      ...Array<string>(values.network.zone_count).fill(`here → ${MANAGEMENT_CIDR}`),
      ...Array<string>(3).fill(`management → ${values.network.cidr}`),
    ])
  })
})

describe('what watches it', () => {
  const topic = () => String(one('module.observability[0].aws_sns_topic.alerts[0]')['arn'])

  test('has alarms that say when something starts and ends, and a dashboard of them', async () => {
    const { MetricAlarms = [] } = await (await clients().cloudWatch()).send(new DescribeAlarmsCommand({}))
    const names = MetricAlarms.map(({ AlarmName }) => AlarmName)
    expect(names).toEqual(
      expect.arrayContaining(
        ['cluster-api-errors', 'edge-5xx', 'edge-unhealthy-green', 'waf-blocked', 'database-shop-storage', 'nat-0-ports'].map(
          (name) => `acme-dev-${name}`,
        ),
      ),
    )
    for (const { AlarmActions, OKActions } of MetricAlarms) expect([AlarmActions, OKActions]).toEqual([[topic()], [topic()]])
    const { DashboardBody = '' } = await (await clients().cloudWatch()).send(new GetDashboardCommand({ DashboardName: 'acme-dev' }))
    expect((JSON.parse(DashboardBody) as { widgets: object[] }).widgets).toHaveLength(MetricAlarms.length)
  })

  test('watches numbers that AWS has: those of a table are not by operation', async () => {
    const { MetricAlarms = [] } = await (await clients().cloudWatch()).send(new DescribeAlarmsCommand({}))
    const ofTables = MetricAlarms.filter(({ Namespace }) => Namespace === 'AWS/DynamoDB')
    expect(ofTables.map(({ MetricName }) => MetricName).sort()).toEqual(['ReadThrottleEvents', 'WriteThrottleEvents'])
    for (const { Dimensions } of ofTables) expect(Dimensions).toEqual([{ Name: 'TableName', Value: 'acme-dev-orders' }])
  })

  test('tells Prometheus of everything that has an alarm', async () => {
    const { MetricAlarms = [] } = await (await clients().cloudWatch()).send(new DescribeAlarmsCommand({}))
    const { outputs } = (JSON.parse(stateText) as State).values
    const { configuration } = outputs['metrics_exporter']?.value as { configuration: ExporterConfiguration }
    const read = [
      ...configuration.discovery.jobs.flatMap(({ type, metrics }) => metrics.map(({ name }) => `${type} ${name}`)),
      ...configuration.static.flatMap(({ namespace, metrics }) => metrics.map(({ name }) => `${namespace} ${name}`)),
    ]
    expect(read).toEqual(expect.arrayContaining(MetricAlarms.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`)))
  })

  test('tells when somebody takes a key away', async () => {
    const events = await clients().events()
    const rule = await events.send(new DescribeRuleCommand({ Name: 'acme-dev-keys' }))
    const { detail } = JSON.parse(rule.EventPattern ?? '') as { detail: { eventName: string[]; resources: { ARN: string[] } } }
    expect(detail.eventName).toEqual(['DisableKey', 'ScheduleKeyDeletion'])
    expect(detail.resources.ARN).toContain(keyOf('data'))
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'acme-dev-keys' }))
    expect(Targets).toMatchObject([{ Arn: topic() }])
    const { Attributes } = await (await clients().sns()).send(new GetTopicAttributesCommand({ TopicArn: topic() }))
    expect(Attributes?.['KmsMasterKeyId']).toBe(one('module.observability[0].aws_kms_key.alerts[0]')['arn'])
  })
})

test('moves its traffic from one target group to another without replacing anything, and then lets go of the first', async () => {
  const green = { ...values.edge.target_groups['green'], weight: 100 }
  const moved = { ...values, edge: { ...values.edge, target_groups: { green } } }
  await writeJson(folder, 'terraform.tfvars.json', moved)
  await run(['plan', '-input=false', '-out=moved.tfplan'])
  const actions = changesOf((await run(['show', '-json', 'moved.tfplan'])).stdout)
  expect(Object.keys(actions).sort()).toEqual(['delete', 'update'])
  expect(actions['delete']).toContain('module.edge[0].aws_lb_target_group.this["blue"]')
  await change('apply', 'moved.tfplan')
  values = moved
})

test('leaves nothing behind once its protection is off', async () => {
  await writeJson(folder, 'terraform.tfvars.json', { ...values, protection: false })
  await change('apply', '-auto-approve')
  const before = await gatewayLog()
  await change('destroy', '-auto-approve')
  steps.destroyed = (await gatewayLog()).slice(before.length)
  const scope = { platform: 'acme', environment: 'dev', clusterName: 'acme-dev' }
  const { orphans, retained } = await findLeftovers(clients(), scope)
  expect(orphans).toEqual([])
  expect(
    retained.map(({ arn }) => arn).filter((arn) => !/:kms:|:snapshot:acme-dev-shop-final-|:table\/acme-dev-orders\/backup\//.test(arn)),
  ).toEqual([])
})

test('is planned, applied and destroyed with the rights of the roles of the tool, and no others', async () => {
  const rights = await rightsOfTheTool(sandbox)
  expect(callsOf(steps.planned ?? '').length).toBeGreaterThan(50)
  expect(rights.missingIn(['read'], callsOf(steps.planned ?? ''))).toEqual([])
  const writing = [...callsOf(steps.applied ?? ''), ...callsOf(steps.destroyed ?? '')]
  expect(rights.missingIn(['read', 'write-network', 'write-account'], writing)).toEqual([])
})

interface State {
  values: { outputs: Record<string, { value: unknown }> }
}

interface CountedRule {
  name: string
  action: Array<{ block?: object[] }>
  override_action: Array<{ none?: object[] }>
}

interface ExporterConfiguration {
  discovery: { jobs: Array<{ type: string; metrics: Array<{ name: string }> }> }
  static: Array<{ namespace: string; metrics: Array<{ name: string }> }>
}

/** What Secrets Manager keeps for a user of a database. */
async function secretValue(secretArn: string): Promise<{ username: string; password: string }> {
  const response = await fetch(sandbox.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ SecretId: secretArn }),
  })
  const { SecretString = '{}' } = (await response.json()) as { SecretString?: string }
  return JSON.parse(SecretString) as { username: string; password: string }
}
