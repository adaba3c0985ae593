import { describe, expect, it } from 'vitest'
import { emptyBlockers, findBlockers } from '../../../../src/lib/aws/leftovers/blockers.js'
import { awsError, fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fakeClock } from '../../../helpers/fake-clock.js'
import { ACCOUNT, fail, nothing, ours, scope } from './account.js'

const owned = [{ Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned' }]
const ports = () => ({ clock: fakeClock(), signal: new AbortController().signal })

describe('volumes of claims', () => {
  const volume = (VolumeId: string, State: string, Tags: object[], attachment?: object) => ({
    VolumeId,
    State,
    Tags,
    ...(attachment && { Attachments: [attachment] }),
  })
  const account: Answers = {
    ...nothing,
    DescribeVolumes: () => ({
      Volumes: [
        volume('vol-free', 'available', owned),
        volume('vol-mounted', 'in-use', owned, { InstanceId: 'i-1', DeleteOnTermination: false }),
        volume('vol-root', 'in-use', owned, { InstanceId: 'i-1', DeleteOnTermination: true }),
        volume('vol-other', 'in-use', [{ Key: 'kubernetes.io/cluster/acme-dev2', Value: 'owned' }], { InstanceId: 'i-2' }),
        volume('vol-shared', 'in-use', [{ Key: 'kubernetes.io/cluster/acme-dev', Value: 'shared' }], { InstanceId: 'i-3' }),
        volume('vol-leaving', 'deleting', owned),
      ],
    }),
    DeleteVolume: () => ({}),
  }
  const found = (id: string) => ({ arn: `arn:aws:ec2:${ACCOUNT}:volume/${id}`, type: 'ec2:volume', holdsData: true })

  it('are told of also while a node uses them, and nodes’ own are not', async () => {
    await expect(findBlockers(fakeAws(account).clients, scope)).resolves.toEqual([
      found('vol-free'),
      { ...found('vol-mounted'), inUse: true },
    ])
  })

  it('are deleted only when no node uses them', async () => {
    const { clients, calls } = fakeAws(account)
    await expect(emptyBlockers(clients, scope, ports())).resolves.toEqual([found('vol-free')])
    expect(calls.filter(({ operation }) => operation === 'DeleteVolume').map(({ input }) => input)).toEqual([{ VolumeId: 'vol-free' }])
  })
})

describe('emptyBlockers', () => {
  it('touches nothing that is in use, Terraform’s or EKS’s own', async () => {
    const { clients, calls } = fakeAws({
      ...nothing,
      DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Status: 'in-use', TagSet: owned }] }),
      DescribeVolumes: () => ({
        Volumes: [{ VolumeId: 'vol-2', State: 'available', Tags: [...owned, ...ours] }],
      }),
      DescribeSecurityGroups: () => ({
        SecurityGroups: [{ GroupId: 'sg-eks', Tags: [...owned, { Key: 'aws:eks:cluster-name', Value: 'acme-dev' }] }],
      }),
    })
    await expect(emptyBlockers(clients, scope, ports())).resolves.toEqual([])
    expect(calls.some(({ operation }) => operation.startsWith('Delete'))).toBe(false)
  })

  it('removes rules that name a group before the group, and tries again while it is in use', async () => {
    let tries = 0
    const { clients, calls } = fakeAws({
      ...nothing,
      DescribeSecurityGroups: ({ Filters }) => {
        const [{ Name } = { Name: '' }] = Filters as Array<{ Name: string }>
        if (Name === 'tag-key') return { SecurityGroups: [{ GroupId: 'sg-lb', Tags: owned }] }
        return { SecurityGroups: Name === 'ip-permission.group-id' ? [{ GroupId: 'sg-node' }] : [] }
      },
      DescribeSecurityGroupRules: () => ({
        SecurityGroupRules: [
          { SecurityGroupRuleId: 'sgr-1', GroupId: 'sg-node', IsEgress: false, ReferencedGroupInfo: { GroupId: 'sg-lb' } },
          { SecurityGroupRuleId: 'sgr-2', GroupId: 'sg-node', IsEgress: false, CidrIpv4: '10.0.0.0/8' },
        ],
      }),
      RevokeSecurityGroupIngress: () => ({}),
      DeleteSecurityGroup: () => {
        if (tries++ < 2) throw awsError('DependencyViolation')
        return {}
      },
    })
    await expect(emptyBlockers(clients, scope, ports())).resolves.toEqual([
      { arn: `arn:aws:ec2:${ACCOUNT}:security-group/sg-lb`, type: 'ec2:security-group', holdsData: false },
    ])
    expect(calls.find(({ operation }) => operation === 'RevokeSecurityGroupIngress')?.input).toEqual({
      GroupId: 'sg-node',
      SecurityGroupRuleIds: ['sgr-1'],
    })
    expect(tries).toBe(3)
  })

  it('goes on with the rest when one does not go, and counts what is gone already', async () => {
    const { clients } = fakeAws({
      ...nothing,
      DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Status: 'available', TagSet: owned }] }),
      DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', State: 'available', Tags: owned }] }),
      DeleteNetworkInterface: fail('DependencyViolation'),
      DeleteVolume: fail('InvalidVolume.NotFound'),
    })
    const removed = await emptyBlockers(clients, scope, ports())
    expect(removed.map(({ type }) => type)).toEqual(['ec2:volume'])
  })

  it('explains a missing permission', async () => {
    const { clients } = fakeAws({
      ...nothing,
      DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', State: 'available', Tags: owned }] }),
      DeleteVolume: fail('UnauthorizedOperation'),
    })
    await expect(emptyBlockers(clients, scope, ports())).rejects.toMatchObject({ code: 'AwsRefused' })
  })
})

describe('the log group that EKS made again', () => {
  const name = '/aws/eks/acme-dev/cluster'
  const arn = `arn:aws:logs:${ACCOUNT}:log-group:${name}`
  const account: Answers = {
    ...nothing,
    DescribeLogGroups: () => ({
      logGroups: [name, `${name}-of-mine`].map((logGroupName) => ({
        logGroupName,
        logGroupArn: `arn:aws:logs:${ACCOUNT}:log-group:${logGroupName}`,
      })),
    }),
    ListTagsForResource: () => ({ tags: {} }),
    DeleteLogGroup: () => ({}),
  }
  const deleted = async (answers: Answers) => {
    const { clients, calls } = fakeAws({ ...account, ...answers })
    await emptyBlockers(clients, scope, ports())
    return calls.filter(({ operation }) => operation === 'DeleteLogGroup').map(({ input }) => input['logGroupName'])
  }

  it('goes once the cluster is gone, and is told of before', async () => {
    await expect(findBlockers(fakeAws(account).clients, scope)).resolves.toEqual([{ arn, type: 'logs:log-group', holdsData: false }])
    await expect(deleted({})).resolves.toEqual([name])
  })

  it.each<[string, Answers]>([
    ['while the cluster is there', { DescribeCluster: () => ({ cluster: { status: 'ACTIVE' } }) }],
    ['while the cluster is being deleted', { DescribeCluster: () => ({ cluster: { status: 'DELETING' } }) }],
    ['when somebody tagged it', { ListTagsForResource: () => ({ tags: { team: 'audit' } }) }],
    ['when it is Terraform’s', { ListTagsForResource: () => ({ tags: { 'platform:name': 'acme', 'platform:environment': 'dev' } }) }],
    [
      'when it is protected',
      { DescribeLogGroups: () => ({ logGroups: [{ logGroupName: name, logGroupArn: arn, deletionProtectionEnabled: true }] }) },
    ],
    ['when it went meanwhile', { ListTagsForResource: fail('ResourceNotFoundException') }],
    ['when only others are there', { DescribeLogGroups: () => ({ logGroups: [{ logGroupName: `${name}-of-mine` }] }) }],
  ])('stays %s', async (_, answers) => {
    await expect(deleted(answers)).resolves.toEqual([])
  })

  it('counts as deleted when it went at the same time', async () => {
    const { clients } = fakeAws({ ...account, DeleteLogGroup: fail('ResourceNotFoundException') })
    await expect(emptyBlockers(clients, scope, ports())).resolves.toHaveLength(1)
  })

  it('is not deleted when nobody can tell whether the cluster is gone', async () => {
    const { clients, calls } = fakeAws({ ...account, DescribeCluster: fail('AccessDeniedException') })
    await expect(emptyBlockers(clients, scope, ports())).rejects.toMatchObject({ code: 'AwsRefused' })
    expect(calls.some(({ operation }) => operation === 'DeleteLogGroup')).toBe(false)
  })
})
