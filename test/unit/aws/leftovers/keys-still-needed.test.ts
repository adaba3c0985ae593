import { describe, expect, it } from 'vitest'
import { keysStillNeeded } from '../../../../src/lib/aws/leftovers/keys-still-needed.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { ACCOUNT, fail, noDatabases, ours, scope } from './account.js'

const BACKUP = expect.stringContaining('AWS Backup') as string
const nothing: Answers = {
  DescribeSnapshots: () => ({}),
  DescribeVolumes: () => ({}),
  DescribeLogGroups: () => ({}),
  ListBackups: () => ({}),
  ...noDatabases,
}
const look = async (answers: Answers, keys: string[]) => keysStillNeeded(fakeAws({ ...nothing, ...answers }).clients, keys, scope)

describe('keysStillNeeded', () => {
  it('asks nothing without keys', async () => {
    await expect(keysStillNeeded(fakeAws({}).clients, [], scope)).resolves.toEqual({ needed: new Map(), notLookedAt: [] })
  })

  it('counts volumes of others, and neither the cluster’s volumes nor the environment’s logs', async () => {
    const answers: Answers = {
      DescribeVolumes: () => ({
        Volumes: [
          { VolumeId: 'vol-1', KmsKeyId: 'k1', Tags: [] },
          { VolumeId: 'vol-2', KmsKeyId: 'k2', Tags: [{ Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned' }] },
        ],
      }),
      DescribeLogGroups: () => ({
        logGroups: [
          { logGroupName: '/platform/acme/dev/flow-logs', kmsKeyId: 'k3' },
          { logGroupName: '/platform/acme/dev/locked', kmsKeyId: 'k4', deletionProtectionEnabled: true },
        ],
      }),
    }
    const { needed } = await look(answers, ['k1', 'k2', 'k3', 'k4'])
    expect([...needed.keys()]).toEqual(['k1', 'k4'])
  })

  it('knows by its tags the environment’s log group whose name AWS prescribes', async () => {
    const tags: Record<string, object> = {
      mine: { 'platform:name': 'acme', 'platform:environment': 'dev' },
      theirs: { 'platform:name': 'acme', 'platform:environment': 'prod' },
    }
    const answers: Answers = {
      DescribeLogGroups: () => ({
        logGroups: [
          { logGroupName: 'aws-waf-logs-acme-dev', logGroupArn: 'mine', kmsKeyId: 'k1' },
          { logGroupName: 'aws-waf-logs-acme-prod', logGroupArn: 'theirs', kmsKeyId: 'k2' },
        ],
      }),
      ListTagsForResource: ({ resourceArn }) => ({ tags: tags[String(resourceArn)] }),
    }
    expect([...(await look(answers, ['k1', 'k2'])).needed.keys()]).toEqual(['k2'])
  })

  it.each<[string, Answers]>([
    ['database snapshot s', { DescribeDBSnapshots: () => ({ DBSnapshots: [{ DBSnapshotIdentifier: 's', KmsKeyId: 'k' }] }) }],
    [
      'database snapshot b',
      {
        DescribeDBSnapshots: ({ SnapshotType }) =>
          SnapshotType === 'awsbackup' ? { DBSnapshots: [{ DBSnapshotIdentifier: 'b', KmsKeyId: 'k' }] } : {},
      },
    ],
    [
      'database cluster snapshot c',
      { DescribeDBClusterSnapshots: () => ({ DBClusterSnapshots: [{ DBClusterSnapshotIdentifier: 'c', KmsKeyId: 'k' }] }) },
    ],
    [
      'kept backup of database d',
      {
        DescribeDBInstanceAutomatedBackups: () => ({
          DBInstanceAutomatedBackups: [
            { DBInstanceIdentifier: 'd', KmsKeyId: 'k', Status: 'retained' },
            { DBInstanceIdentifier: 'living', KmsKeyId: 'k', Status: 'active' },
          ],
        }),
      },
    ],
    [
      'kept backup of database cluster e',
      {
        DescribeDBClusterAutomatedBackups: () => ({
          DBClusterAutomatedBackups: [{ DBClusterIdentifier: 'e', KmsKeyId: 'k', Status: 'retained' }],
        }),
      },
    ],
    [
      'database f',
      {
        DescribeDBInstances: () => ({
          DBInstances: [
            { DBInstanceIdentifier: 'f', KmsKeyId: 'k' },
            { DBInstanceIdentifier: 'ours', KmsKeyId: 'k', TagList: ours },
          ],
        }),
      },
    ],
    [
      'database cluster g',
      {
        DescribeDBClusters: () => ({
          DBClusters: [
            { DBClusterIdentifier: 'g', KmsKeyId: 'k' },
            { DBClusterIdentifier: 'ours', KmsKeyId: 'k', TagList: ours },
          ],
        }),
      },
    ],
  ])('counts %s', async (name, answers) => {
    const { needed, notLookedAt } = await look(answers, ['k', 'unused'])
    expect([...needed]).toEqual([['k', `The key still opens ${name}.`]])
    expect(notLookedAt).toEqual([BACKUP])
  })

  it('knows a key by its id too, and takes nothing unencrypted for a user', async () => {
    const arn = `arn:aws:kms:${ACCOUNT}:key/1234`
    const snapshots = [{ DBSnapshotIdentifier: 'a', KmsKeyId: '1234' }, { DBSnapshotIdentifier: 'plain' }]
    const { needed } = await look({ DescribeDBSnapshots: () => ({ DBSnapshots: snapshots }) }, [arn, `arn:aws:kms:${ACCOUNT}:key/91234`])
    expect([...needed]).toEqual([[arn, 'The key still opens database snapshot a.']])
  })

  it.each([
    ['NotImplemented', 501],
    ['InvalidAction', 400],
    ['UnknownOperationException', 404],
    ['AccessDenied', 403],
    ['InternalFailure', 501],
  ])('names what it could not look at when RDS answers %s', async (name, status) => {
    const { notLookedAt } = await look({ DescribeDBClusterSnapshots: fail(name, status) }, ['k'])
    expect(notLookedAt).toEqual([expect.stringContaining('RDS'), BACKUP])
  })

  it('does not guess when AWS fails, or does not show snapshots of volumes', async () => {
    await expect(look({ DescribeDBSnapshots: fail('Throttling') }, ['k'])).rejects.toMatchObject({ code: 'AwsRefused' })
    await expect(look({ DescribeSnapshots: fail('UnauthorizedOperation') }, ['k'])).rejects.toMatchObject({ code: 'AwsRefused' })
  })
})
