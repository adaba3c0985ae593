import type { AwsClients } from '../../aws/clients.js'
import { elementsOf, textOf } from '../gateway/xml-text.js'
import { CLUSTERS, INSTANCES, SNAPSHOTS } from '../services/rds/keeping.js'
import type { Database } from '../services/rds/shapes.js'
import { arnOf } from '../services/rds/tagging.js'
import type { MendContext } from './mend.js'
import { callJson, callQuery } from './root-calls.js'
import type { TaggedResource } from './tagged-resources.js'

type Tag = { Key?: string | undefined; Value?: string | undefined }

/** The tagged resources of the services that are listed with plain calls: first the ARNs, then the tags of each. */
export async function listMoreTagged(context: MendContext): Promise<TaggedResource[]> {
  const clients = await context.clients()
  const lists = await Promise.all([
    ecr(clients),
    loadBalancing(clients),
    certificates(clients),
    trails(clients),
    zones(clients, context),
    workgroups(clients, context),
    glue(clients, context),
    webAcls(context),
    tables(context),
    queryService(context, TOPICS),
    queryService(context, ALARMS),
    ...CACHES.map((kind) => queryService(context, kind)),
    ...DATABASE_GROUPS.map((kind) => queryService(context, kind)),
    rules(context),
    secrets(context),
    kept(context),
  ])
  // The emulator shares some kinds between regions.
  return lists.flat().filter(({ arn }) => ['', context.region].includes(arn.split(':')[3] ?? ''))
}

async function ecr(clients: AwsClients): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-ecr')
  const client = await clients.ecr()
  const { repositories = [] } = await client.send(new sdk.DescribeRepositoriesCommand({}))
  return each(
    repositories.map(({ repositoryArn }) => repositoryArn),
    async (resourceArn) => (await client.send(new sdk.ListTagsForResourceCommand({ resourceArn }))).tags,
  )
}

async function loadBalancing(clients: AwsClients): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const client = await clients.loadBalancers()
  const [{ LoadBalancers = [] }, { TargetGroups = [] }] = await Promise.all([
    client.send(new sdk.DescribeLoadBalancersCommand({})),
    client.send(new sdk.DescribeTargetGroupsCommand({})),
  ])
  const listeners = await Promise.all(
    LoadBalancers.map(
      async ({ LoadBalancerArn }) => (await client.send(new sdk.DescribeListenersCommand({ LoadBalancerArn }))).Listeners ?? [],
    ),
  )
  const listenerArns = listeners.flat().map(({ ListenerArn }) => ListenerArn)
  const ruleLists = await Promise.all(
    listenerArns.map(async (ListenerArn) => (await client.send(new sdk.DescribeRulesCommand({ ListenerArn }))).Rules ?? []),
  )
  const rulesWithTags = ruleLists.flat().filter(({ IsDefault }) => IsDefault !== true)
  const arns = [
    ...LoadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn),
    ...TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn),
    ...listenerArns,
    ...rulesWithTags.map(({ RuleArn }) => RuleArn),
  ]
  return each(arns, async (arn) => (await client.send(new sdk.DescribeTagsCommand({ ResourceArns: [arn] }))).TagDescriptions?.[0]?.Tags)
}

async function certificates(clients: AwsClients): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-acm')
  const client = await clients.acm()
  const { CertificateSummaryList = [] } = await client.send(new sdk.ListCertificatesCommand({}))
  return each(
    CertificateSummaryList.map(({ CertificateArn }) => CertificateArn),
    async (CertificateArn) => (await client.send(new sdk.ListTagsForCertificateCommand({ CertificateArn }))).Tags,
  )
}

async function trails(clients: AwsClients): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-cloudtrail')
  const client = await clients.cloudTrail()
  const { Trails = [] } = await client.send(new sdk.ListTrailsCommand({}))
  return each(
    Trails.map(({ TrailARN }) => TrailARN),
    async (arn) => (await client.send(new sdk.ListTagsCommand({ ResourceIdList: [arn] }))).ResourceTagList?.[0]?.TagsList,
  )
}

/** Route 53 is found in us-east-1 only, as the other services without regions. */
async function zones(clients: AwsClients, { region }: MendContext): Promise<TaggedResource[]> {
  if (region !== 'us-east-1') return []
  const sdk = await import('@aws-sdk/client-route-53')
  const client = await clients.route53()
  const { HostedZones = [] } = await client.send(new sdk.ListHostedZonesCommand({}))
  const ids = HostedZones.map(({ Id = '' }) => Id.replace('/hostedzone/', ''))
  return each(
    ids.map((id) => `arn:aws:route53:::hostedzone/${id}`),
    async (arn) => {
      const ResourceId = arn.slice(arn.indexOf('/') + 1)
      return (await client.send(new sdk.ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId }))).ResourceTagSet?.Tags
    },
  )
}

async function workgroups(clients: AwsClients, { region, accountId }: MendContext): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-athena')
  const client = await clients.athena()
  const { WorkGroups = [] } = await client.send(new sdk.ListWorkGroupsCommand({}))
  return each(
    WorkGroups.map(({ Name }) => `arn:aws:athena:${region}:${accountId}:workgroup/${Name}`),
    async (ResourceARN) => (await client.send(new sdk.ListTagsForResourceCommand({ ResourceARN }))).Tags,
  )
}

async function glue(clients: AwsClients, { region, accountId }: MendContext): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-glue')
  const client = await clients.glue()
  const { DatabaseList = [] } = await client.send(new sdk.GetDatabasesCommand({}))
  return each(
    DatabaseList.map(({ Name }) => `arn:aws:glue:${region}:${accountId}:database/${Name}`),
    async (ResourceArn) => pairs((await client.send(new sdk.GetTagsCommand({ ResourceArn }))).Tags ?? {}),
  )
}

async function webAcls(context: MendContext): Promise<TaggedResource[]> {
  const lists = await Promise.all(
    (['WebACLs', 'IPSets', 'RegexPatternSets', 'RuleGroups'] as const).map(async (kind) => {
      const answer = await callJson(context, 'wafv2', `AWSWAF_20190729.List${kind}`, { Scope: 'REGIONAL' })
      return (answer[kind] ?? []) as Array<{ ARN?: string }>
    }),
  )
  return each(
    lists.flat().map(({ ARN }) => ARN),
    async (ResourceARN) => {
      const answer = await callJson(context, 'wafv2', 'AWSWAF_20190729.ListTagsForResource', { ResourceARN })
      return (answer['TagInfoForResource'] as { TagList?: Tag[] } | undefined)?.TagList
    },
  )
}

async function tables(context: MendContext): Promise<TaggedResource[]> {
  const { TableNames = [] } = (await callJson(context, 'dynamodb', 'DynamoDB_20120810.ListTables')) as { TableNames?: string[] }
  return each(
    TableNames.map((name) => `arn:aws:dynamodb:${context.region}:${context.accountId}:table/${name}`),
    async (ResourceArn) =>
      (await callJson(context, 'dynamodb', 'DynamoDB_20120810.ListTagsOfResource', { ResourceArn }))['Tags'] as Tag[] | undefined,
  )
}

async function rules(context: MendContext): Promise<TaggedResource[]> {
  const { Rules = [] } = (await callJson(context, 'events', 'AWSEvents.ListRules')) as { Rules?: Array<{ Arn?: string }> }
  return each(
    Rules.map(({ Arn }) => Arn),
    async (ResourceARN) =>
      (await callJson(context, 'events', 'AWSEvents.ListTagsForResource', { ResourceARN }))['Tags'] as Tag[] | undefined,
  )
}

async function secrets(context: MendContext): Promise<TaggedResource[]> {
  const answer = await callJson(context, 'secretsmanager', 'secretsmanager.ListSecrets')
  const list = (answer['SecretList'] ?? []) as Array<{ ARN?: string; Tags?: Tag[] }>
  return list.flatMap(({ ARN, Tags = [] }) => (ARN === undefined ? [] : [{ arn: ARN, tags: tagRecord(Tags) }]))
}

/** What the services of our own keep. */
async function kept({ shelf }: MendContext): Promise<TaggedResource[]> {
  const databases = await Promise.all([INSTANCES, CLUSTERS, SNAPSHOTS].map((kind) => shelf.all<Database>(kind)))
  const analyzers = await shelf.all<{ arn: string; tags: Record<string, string> }>('access-analyzers')
  return [
    ...databases.flatMap((kind) => [...kind.values()]).map((database) => ({ arn: arnOf(database), tags: database.tags })),
    ...[...analyzers.values()].map(({ arn, tags }) => ({ arn, tags })),
  ]
}

/** How the resources of a service of the query protocol are listed, and their tags. */
interface QueryKind {
  service: string
  version: string
  list: string
  arn: string
  tags: string
  argument: string
}

const TOPICS: QueryKind = {
  service: 'sns',
  version: '2010-03-31',
  list: 'ListTopics',
  arn: 'TopicArn',
  tags: 'ListTagsForResource',
  argument: 'ResourceArn',
}
const ALARMS: QueryKind = {
  service: 'monitoring',
  version: '2010-08-01',
  list: 'DescribeAlarms',
  arn: 'AlarmArn',
  tags: 'ListTagsForResource',
  argument: 'ResourceARN',
}
const CACHES = [
  'DescribeReplicationGroups',
  'DescribeCacheSubnetGroups',
  'DescribeCacheParameterGroups',
  'DescribeUsers',
  'DescribeUserGroups',
].map((list) => ({
  service: 'elasticache',
  version: '2015-02-02',
  list,
  arn: 'ARN',
  tags: 'ListTagsForResource',
  argument: 'ResourceName',
}))
const DATABASE_GROUPS = [
  ['DescribeDBSubnetGroups', 'DBSubnetGroupArn'],
  ['DescribeDBParameterGroups', 'DBParameterGroupArn'],
  ['DescribeDBClusterParameterGroups', 'DBClusterParameterGroupArn'],
].map(([list = '', arn = '']) => ({
  service: 'rds',
  version: '2014-10-31',
  list,
  arn,
  tags: 'ListTagsForResource',
  argument: 'ResourceName',
}))

async function queryService(context: MendContext, { service, version, list, arn, tags, argument }: QueryKind): Promise<TaggedResource[]> {
  const xml = await callQuery(context, service, { Action: list, Version: version })
  // The groups that are there by default have no tags.
  const arns = elementsOf(xml, arn).filter((found) => !found.includes(':default'))
  return each(arns, async (found) => {
    const answer = await callQuery(context, service, { Action: tags, Version: version, [argument]: found })
    return [...elementsOf(answer, 'Tag'), ...elementsOf(answer, 'member')].map((tag) => ({
      Key: textOf(tag, 'Key'),
      Value: textOf(tag, 'Value'),
    }))
  })
}

/** Asks for the tags of each ARN. One that went meanwhile has none. */
async function each(
  arns: ReadonlyArray<string | undefined>,
  tagsOf: (arn: string) => Promise<readonly Tag[] | undefined>,
): Promise<TaggedResource[]> {
  const found = arns.map(async (arn) => (arn === undefined ? [] : [{ arn, tags: tagRecord((await tagsOf(arn).catch(() => [])) ?? []) }]))
  return (await Promise.all(found)).flat()
}

function tagRecord(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.flatMap(({ Key, Value = '' }) => (Key === undefined ? [] : [[Key, Value]])))
}

function pairs(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
