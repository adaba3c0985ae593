import { GetWorkGroupCommand } from '@aws-sdk/client-athena'
import { GetEventSelectorsCommand, GetTrailCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail'
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeLogGroupsCommand, DescribeMetricFiltersCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetTableCommand } from '@aws-sdk/client-glue'
import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms'
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53'
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedRoot, type SharedRoot } from '../e2e/modules/shared-bench.js'
import { shared, trail } from '../e2e/modules/shared-values.js'
import type { StateResource } from '../e2e/modules/terraform-json.js'
import { ACCOUNT } from '../e2e/modules/workbench.js'

// The slow parts: rules of buckets take 56 seconds, zones and records 15 each.
const values = {
  ...shared,
  registry: null,
  // The role for emergencies only: the rest is looked at in the default suite.
  access_baseline: {
    ...shared.access_baseline,
    password_policy: false,
    block_public_buckets: false,
    encrypt_volumes: false,
    access_analyzer: false,
    tool_roles: null,
    github: null,
    gitlab: null,
  },
  observability: { alarms: true, emails: ['oncall@example.com'], budgets: {}, cost_allocation_tags: [] },
  trail: { ...trail, data_events: ['s3'], kms_events: false },
}
const BUCKET = `acme-trail-${ACCOUNT}-eu-west-1`
const TRAIL = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/acme-shared`
let root: SharedRoot
let resources: StateResource[]
beforeAll(async () => {
  root = await sharedRoot(values)
  await root.apply()
  resources = await root.resources()
})
afterAll(() => root.remove())

test('has nothing left to do after it was applied', async () => {
  expect(await root.isClean()).toBe(true)
})

test('records all regions, validated and encrypted', async () => {
  const client = await root.clients.cloudTrail()
  const { Trail } = await client.send(new GetTrailCommand({ Name: 'acme-shared' }))
  expect(Trail).toMatchObject({
    TrailARN: TRAIL,
    S3BucketName: BUCKET,
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    LogFileValidationEnabled: true,
    KmsKeyId: expect.stringMatching(/^arn:aws:kms:/) as string,
    CloudWatchLogsLogGroupArn: expect.stringContaining('/platform/acme/shared/trail') as string,
  })
  expect((await client.send(new GetTrailStatusCommand({ Name: 'acme-shared' }))).IsLogging).toBe(true)
  const { AdvancedEventSelectors = [] } = await client.send(new GetEventSelectorsCommand({ TrailName: 'acme-shared' }))
  const fields = AdvancedEventSelectors.map(({ FieldSelectors = [] }) =>
    Object.fromEntries(FieldSelectors.map((each) => [String(each.Field), each] as const)),
  )
  expect(fields).toMatchObject([
    { eventCategory: { Equals: ['Management'] }, eventSource: { NotEquals: ['kms.amazonaws.com'] } },
    {
      eventCategory: { Equals: ['Data'] },
      'resources.type': { Equals: ['AWS::S3::Object'] },
      'resources.ARN': { NotStartsWith: [`arn:aws:s3:::${BUCKET}/`] },
    },
  ])
})

test('keeps the records locked, encrypted, for their time, and from everybody but CloudTrail', async () => {
  const s3 = await root.clients.s3()
  const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: BUCKET }))
  expect(ObjectLockConfiguration).toMatchObject({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
  })
  const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }))
  expect(Rules.find(({ ID }) => ID === 'records')).toMatchObject({
    Expiration: { Days: 730 },
    Transitions: [{ Days: 90, StorageClass: 'GLACIER_IR' }],
  })
  const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket: BUCKET }))
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true])
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }))
  const statements = (JSON.parse(Policy) as { Statement: Array<{ Effect: string; Action: string; Condition: Record<string, object> }> })
    .Statement
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow')
  expect(allowed.map(({ Action }) => Action).sort()).toEqual(['s3:GetBucketAcl', 's3:PutObject'])
  for (const { Condition } of allowed) expect(Condition['StringEquals']).toMatchObject({ 'aws:SourceArn': TRAIL })
  expect(statements.filter(({ Effect }) => Effect === 'Deny')).toMatchObject([
    { Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  ])
})

test('lets CloudTrail encrypt with its key for this trail only', async () => {
  const kms = await root.clients.kms()
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/acme/shared/trail' }))
  const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: KeyMetadata?.KeyId, PolicyName: 'default' }))
  const { Statement } = JSON.parse(Policy) as { Statement: Array<{ Principal: { Service?: string }; Condition: Record<string, object> }> }
  const ofCloudTrail = Statement.filter(({ Principal }) => Principal.Service === 'cloudtrail.amazonaws.com')
  expect(ofCloudTrail).toHaveLength(2)
  for (const { Condition } of ofCloudTrail) expect(Condition['StringEquals']).toEqual({ 'aws:SourceArn': TRAIL })
})

test('has the records in CloudWatch Logs, and a table over them', async () => {
  const { logGroups } = await (await root.clients.logs()).send(new DescribeLogGroupsCommand({}))
  expect(logGroups).toMatchObject([{ logGroupName: '/platform/acme/shared/trail', retentionInDays: 90 }])
  const command = new GetTableCommand({ DatabaseName: 'acme_shared_trail', Name: 'cloudtrail' })
  const { Table } = await (await root.clients.glue()).send(command)
  expect(Table?.PartitionKeys?.map(({ Name }) => Name)).toEqual(['region', 'day'])
  expect(Table?.Parameters).toMatchObject({
    'projection.enabled': 'true',
    'projection.region.values': expect.stringContaining('eu-west-1') as string,
    'projection.day.range': 'NOW-730DAYS,NOW',
    'storage.location.template': `s3://${BUCKET}/AWSLogs/${ACCOUNT}/CloudTrail/\${region}/\${day}`,
  })
  const { WorkGroup } = await (await root.clients.athena()).send(new GetWorkGroupCommand({ WorkGroup: 'acme-shared-trail' }))
  expect(WorkGroup?.Configuration).toMatchObject({
    EnforceWorkGroupConfiguration: true,
    ResultConfiguration: { OutputLocation: `s3://acme-query-${ACCOUNT}-eu-west-1/results/` },
  })
})

test('raises an alarm when the role for emergencies is taken or used, in whichever region', async () => {
  const arn = `arn:aws:iam::${ACCOUNT}:role/platform/acme/shared/acme-shared-break-glass`
  const logs = await root.clients.logs()
  const { metricFilters } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName: '/platform/acme/shared/trail' }))
  expect(metricFilters).toMatchObject([
    {
      filterPattern: `{ ($.eventName = "AssumeRole" && $.requestParameters.roleArn = "${arn}") || ($.userIdentity.sessionContext.sessionIssuer.arn = "${arn}") }`,
      metricTransformations: [{ metricNamespace: 'platform/acme/shared', metricName: 'BreakGlassUses', metricValue: '1' }],
    },
  ])
  const topic = resources.find(({ address }) => address === 'module.observability[0].aws_sns_topic.alerts[0]')?.values['arn']
  const { MetricAlarms } = await (await root.clients.cloudWatch()).send(new DescribeAlarmsCommand({}))
  expect(MetricAlarms).toMatchObject([
    {
      AlarmName: 'acme-shared-break-glass',
      Namespace: 'platform/acme/shared',
      MetricName: 'BreakGlassUses',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [topic],
    },
  ])
})

test('points from a zone to the one below it, and proves the certificates', async () => {
  const zones = Object.fromEntries(
    resources.flatMap(({ type, values: zone }) => (type === 'aws_route53_zone' ? [[String(zone['name']), zone]] : [])),
  )
  const HostedZoneId = String(zones['acme.example']?.['zone_id'])
  const { ResourceRecordSets = [] } = await (await root.clients.route53()).send(new ListResourceRecordSetsCommand({ HostedZoneId }))
  const below = ResourceRecordSets.find(({ Name, Type }) => Name === 'dev.acme.example.' && Type === 'NS')
  expect(below?.ResourceRecords?.map(({ Value }) => Value).sort()).toEqual(
    [...(zones['dev.acme.example']?.['name_servers'] as string[])].sort(),
  )
  expect(ResourceRecordSets.filter(({ Type }) => Type === 'CNAME')).toHaveLength(1)
})

test('is found whole when its state is lost, and nothing is made twice', async () => {
  const actions = await root.afterLostState(resources)
  expect((actions['create'] ?? []).filter((address) => !address.includes('aws_acm_certificate_validation'))).toEqual([])
  expect(Object.keys(actions).filter((action) => action.includes('delete'))).toEqual([])
  expect(await root.isClean()).toBe(true)
})

test('is destroyed without leaving anything but keys that wait for their end', async () => {
  const before = (await root.leftovers()).orphans.map(({ type }) => type)
  expect(before).toEqual(
    expect.arrayContaining(['acm:certificate', 'athena:workgroup', 'cloudtrail:trail', 'glue:database', 'route53:hostedzone', 'iam:role']),
  )
  await root.destroy()
  const { orphans, retained } = await root.leftovers()
  expect(orphans).toEqual([])
  expect(retained.map(({ arn }) => arn).filter((arn) => !arn.includes(':kms:'))).toEqual([])
})
