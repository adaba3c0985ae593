import { describe, expect, it } from 'vitest'
import { keysStillNeeded } from '../../../../src/lib/aws/leftovers/keys-still-needed.js'
import { findLeftovers } from '../../../../src/lib/aws/leftovers/leftovers.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { ACCOUNT, fail, nothing, ours, scope } from './account.js'

const KEY = `arn:aws:kms:${ACCOUNT}:key/1234`
const survey = (answers: Answers) => findLeftovers(fakeAws({ ...nothing, ...answers }).clients, scope)
const tagged = (arn: string): Answers => ({ GetResources: () => ({ ResourceTagMappingList: [{ ResourceARN: arn }] }) })
/** The environment's key, which is still there. */
const key: Answers = {
  ListKeys: () => ({ Keys: [{ KeyId: '1234' }] }),
  ListResourceTags: () => ({ Tags: ours.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) }),
  DescribeKey: () => ({ KeyMetadata: { Arn: KEY, KeyState: 'Enabled' } }),
}
/** EC2 and ElastiCache call theirs by the same name. */
const cacheSnapshots = (...names: string[]): Answers => ({
  DescribeSnapshots: ({ OwnerIds }) =>
    OwnerIds === undefined ? { Snapshots: names.map((name) => ({ SnapshotName: name, ARN: `arn:${name}`, KmsKeyId: KEY })) } : {},
})
const backups: Answers = {
  ListBackups: ({ ExclusiveStartBackupArn }) =>
    ExclusiveStartBackupArn === undefined
      ? { BackupSummaries: [{ BackupArn: 'arn:other', TableName: 'other' }], LastEvaluatedBackupArn: 'arn:other' }
      : { BackupSummaries: [{ BackupArn: 'arn:b', TableName: 'acme-dev-orders' }] },
  DescribeBackup: () => ({
    BackupDescription: {
      BackupDetails: { BackupExpiryDateTime: new Date('2030-01-01T00:00:00Z') },
      SourceTableFeatureDetails: { SSEDescription: { KMSMasterKeyArn: KEY } },
    },
  }),
}

describe('copies of databases', () => {
  it('keep their key, whether of a cache or of a table', async () => {
    const look = async (answers: Answers) => (await keysStillNeeded(fakeAws({ ...nothing, ...answers }).clients, [KEY], scope)).needed
    expect([...(await look(cacheSnapshots('final')))]).toEqual([[KEY, 'The key still opens cache snapshot final.']])
    expect([...(await look(backups))]).toEqual([[KEY, 'The key still opens backup of table acme-dev-orders.']])
    expect((await look({})).size).toBe(0)
  })

  it('names the services that could not be asked', async () => {
    const answers: Answers = { ...nothing, ListBackups: fail('AccessDeniedException') }
    const { notLookedAt } = await keysStillNeeded(fakeAws(answers).clients, [KEY], scope)
    expect(notLookedAt).toEqual(['DynamoDB backups', expect.stringContaining('AWS Backup') as string])
  })

  it('are listed as kept, together with the key that opens them', async () => {
    const { orphans, retained } = await survey({ ...key, ...cacheSnapshots('final'), ...backups })
    expect(orphans).toEqual([])
    expect(retained).toEqual([
      { arn: KEY, until: null, reason: expect.stringContaining('cache snapshot final') as string },
      { arn: 'arn:b', until: '2030-01-01T00:00:00.000Z', reason: expect.stringContaining('acme-dev-orders') as string },
      { arn: 'arn:final', until: null, reason: expect.stringContaining('cache snapshot final') as string },
    ])
  })

  it('are known by their tags too, and those of others are left out', async () => {
    const snapshot = (name: string, TagList: object[]) => ({ DBSnapshotIdentifier: name, DBSnapshotArn: `arn:${name}`, TagList })
    const { retained } = await survey({ DescribeDBSnapshots: () => ({ DBSnapshots: [snapshot('mine', ours), snapshot('theirs', [])] }) })
    expect(retained).toEqual([{ arn: 'arn:mine', until: null, reason: expect.stringContaining('database snapshot mine') as string }])
  })
})

describe('asks the service about what the tagging API names', () => {
  const waf = `arn:aws:wafv2:${ACCOUNT}:regional/webacl/acme-dev-edge/1`
  const cases: Array<[arn: string, type: string, operation: string, missing: string]> = [
    [`arn:aws:rds:${ACCOUNT}:db:shop`, 'rds:db', 'DescribeDBInstances', 'DBInstanceNotFoundFault'],
    [`arn:aws:rds:${ACCOUNT}:cluster:shop`, 'rds:cluster', 'DescribeDBClusters', 'DBClusterNotFoundFault'],
    [`arn:aws:rds:${ACCOUNT}:subgrp:acme-dev`, 'rds:subgrp', 'DescribeDBSubnetGroups', 'DBSubnetGroupNotFoundFault'],
    [`arn:aws:rds:${ACCOUNT}:pg:acme-dev-shop-postgres17`, 'rds:pg', 'DescribeDBParameterGroups', 'DBParameterGroupNotFoundFault'],
    [`arn:aws:rds:${ACCOUNT}:cluster-pg:acme-dev-sales`, 'rds:cluster-pg', 'DescribeDBClusterParameterGroups', 'DBParameterGroupNotFound'],
    [`arn:aws:dynamodb:${ACCOUNT}:table/orders`, 'dynamodb:table', 'DescribeTable', 'ResourceNotFoundException'],
    [
      `arn:aws:elasticache:${ACCOUNT}:replicationgroup:c`,
      'elasticache:replicationgroup',
      'DescribeReplicationGroups',
      'ReplicationGroupNotFoundFault',
    ],
    [`arn:aws:elasticache:${ACCOUNT}:cluster:c-001`, 'elasticache:cluster', 'DescribeCacheClusters', 'CacheClusterNotFound'],
    [
      `arn:aws:elasticache:${ACCOUNT}:subnetgroup:s`,
      'elasticache:subnetgroup',
      'DescribeCacheSubnetGroups',
      'CacheSubnetGroupNotFoundFault',
    ],
    [`arn:aws:elasticache:${ACCOUNT}:user:u`, 'elasticache:user', 'DescribeUsers', 'UserNotFoundFault'],
    [`arn:aws:elasticache:${ACCOUNT}:usergroup:u`, 'elasticache:usergroup', 'DescribeUserGroups', 'UserGroupNotFoundFault'],
    [waf, 'wafv2:regional', 'ListTagsForResource', 'WAFNonexistentItemException'],
    [`arn:aws:sns:${ACCOUNT}:alerts`, 'sns:alerts', 'GetTopicAttributes', 'NotFoundException'],
    [`arn:aws:events:${ACCOUNT}:rule/keys`, 'events:rule', 'DescribeRule', 'ResourceNotFoundException'],
  ]

  it.each(cases)('%s', async (arn, type, operation, missing) => {
    const gone = await survey({ ...nothing, ...tagged(arn), [operation]: fail(missing) }).catch((error: unknown) => error)
    const here = await survey({ ...nothing, ...tagged(arn), [operation]: () => ({}) })
    expect(gone).toEqual({ orphans: [], retained: [] })
    expect(here.orphans).toEqual([{ arn, type, reason: 'It carries the tags of the environment or its cluster.' }])
  })

  it('an alarm', async () => {
    const arn = `arn:aws:cloudwatch:${ACCOUNT}:alarm:full`
    const alarms = (MetricAlarms: object[]) => survey({ ...tagged(arn), DescribeAlarms: () => ({ MetricAlarms }) })
    expect((await alarms([])).orphans).toEqual([])
    expect((await alarms([{}])).orphans).toHaveLength(1)
  })

  it('keeps a snapshot', async () => {
    const arn = `arn:aws:elasticache:${ACCOUNT}:snapshot:final`
    const answers = (found: object[]): Answers => ({
      ...tagged(arn),
      DescribeSnapshots: ({ SnapshotName }) => ({ Snapshots: SnapshotName === 'final' ? found : [] }),
    })
    await expect(survey(answers([{}]))).resolves.toMatchObject({ orphans: [], retained: [{ arn, until: null }] })
    await expect(survey(answers([]))).resolves.toEqual({ orphans: [], retained: [] })
  })
})
