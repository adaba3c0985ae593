import { describe, expect, it } from 'vitest'
import { findLeftovers } from '../../../../src/lib/aws/leftovers/leftovers.js'
import { awsError, fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fakeClock } from '../../../helpers/fake-clock.js'
import { ACCOUNT, fail, nothing, ours, scope } from './account.js'

/** What the tagging API names when it is asked for the environment's tags. */
const tagging = (...arns: string[]): Answers => ({
  GetResources: ({ TagFilters }) => {
    const [first] = TagFilters as Array<{ Key: string }>
    return { ResourceTagMappingList: first?.Key === 'platform:name' ? arns.map((ResourceARN) => ({ ResourceARN })) : [] }
  },
})

const survey = (answers: Answers) => findLeftovers(fakeAws({ ...nothing, ...answers }).clients, scope)

describe('findLeftovers', () => {
  it('proves that nothing is left', async () => {
    await expect(survey({})).resolves.toEqual({ orphans: [], retained: [] })
  })

  it('searches by the tags of the environment and of the cluster', async () => {
    const { clients, calls } = fakeAws(nothing)
    await findLeftovers(clients, scope)
    const searches = calls.filter(({ operation }) => operation === 'GetResources').map(({ input }) => input['TagFilters'])
    expect(searches[0]).toEqual([
      { Key: 'platform:name', Values: ['acme'] },
      { Key: 'platform:environment', Values: ['dev'] },
    ])
    expect(searches).toContainEqual([{ Key: 'kubernetes.io/cluster/acme-dev', Values: ['owned'] }])
  })

  describe('asks the service about what the tagging API names', () => {
    const goneAnswers: Answers = {
      DescribeKey: fail('NotFoundException'),
      HeadBucket: fail('NotFound', 404),
      GetRole: fail('NoSuchEntityException'),
      DescribeLoadBalancers: fail('LoadBalancerNotFoundException'),
      DescribeTargetGroups: fail('TargetGroupNotFoundException'),
    }
    const liveAnswers: Answers = {
      DescribeCluster: ({ name }) => {
        if (name !== 'other') throw awsError('ResourceNotFoundException', 404)
        return { cluster: { status: 'ACTIVE' } }
      },
      DescribeKey: () => ({ KeyMetadata: {} }),
      HeadBucket: () => ({}),
      GetObjectLockConfiguration: fail('ObjectLockConfigurationNotFoundError', 404),
      GetRole: () => ({}),
      DescribeLoadBalancers: () => ({}),
      DescribeTargetGroups: () => ({}),
      DescribeLogGroups: ({ logGroupNamePrefix }) => ({ logGroups: logGroupNamePrefix === '/x:y' ? [{ logGroupName: '/x:y' }] : [] }),
    }
    const arns: Array<[arn: string, type: string]> = [
      [`arn:aws:eks:${ACCOUNT}:nodegroup/other/main/0abc`, 'eks:nodegroup'],
      [`arn:aws:kms:${ACCOUNT}:key/k`, 'kms:key'],
      [`arn:aws:s3:::a-bucket`, 's3:bucket'],
      [`arn:aws:iam::111122223333:role/a/b`, 'iam:role'],
      [`arn:aws:elasticloadbalancing:${ACCOUNT}:loadbalancer/app/x/1`, 'elasticloadbalancing:loadbalancer'],
      [`arn:aws:elasticloadbalancing:${ACCOUNT}:loadbalancer/x`, 'elasticloadbalancing:loadbalancer'],
      [`arn:aws:elasticloadbalancing:${ACCOUNT}:targetgroup/x/1`, 'elasticloadbalancing:targetgroup'],
      [`arn:aws:logs:${ACCOUNT}:log-group:/x:y`, 'logs:log-group'],
    ]

    it.each(arns)('%s is gone', async (arn) => {
      await expect(survey({ ...goneAnswers, ...tagging(arn) })).resolves.toEqual({ orphans: [], retained: [] })
    })

    it.each(arns)('%s exists', async (arn, type) => {
      const { orphans } = await survey({ ...liveAnswers, ...tagging(arn) })
      expect(orphans).toEqual([{ arn, type, reason: expect.any(String) as string }])
    })

    it('does not believe it about a subnet that EC2 does not list', async () => {
      await expect(survey(tagging(`arn:aws:ec2:${ACCOUNT}:subnet/subnet-1`))).resolves.toEqual({ orphans: [], retained: [] })
    })

    it.each([
      [`arn:aws:newservice:${ACCOUNT}:thing/1`, {}],
      [`arn:aws:ec2:${ACCOUNT}:transit-gateway/tgw-1`, {}],
      [`arn:aws:kms:${ACCOUNT}:key/k`, { DescribeKey: fail('AccessDeniedException') }],
      [`arn:aws:s3:::a-bucket`, { HeadBucket: fail('403', 403) }],
    ])('counts %s as left over when it cannot be confirmed', async (arn, answers: Answers) => {
      const { orphans } = await survey({ ...answers, ...tagging(arn) })
      expect(orphans).toEqual([expect.objectContaining({ arn, reason: expect.stringContaining('could not be confirmed') as string })])
    })

    it('keeps a bucket with locked objects', async () => {
      const locked = {
        HeadBucket: () => ({}),
        GetObjectLockConfiguration: () => ({ ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }),
        ListObjectVersions: () => ({ Versions: [{ Key: 'record', LastModified: new Date('2026-11-01') }] }),
        HeadObject: () => ({ ObjectLockRetainUntilDate: new Date('2027-11-01') }),
        GetBucketEncryption: fail('ServerSideEncryptionConfigurationNotFoundError', 404),
      }
      const { orphans, retained } = await survey({ ...locked, ...tagging('arn:aws:s3:::trail') })
      expect(orphans).toEqual([])
      expect(retained).toEqual([{ arn: 'arn:aws:s3:::trail', until: '2027-11-01T00:00:00.000Z', reason: expect.any(String) as string }])
      const empty = await survey({ ...locked, ListObjectVersions: () => ({}), ...tagging('arn:aws:s3:::trail') })
      expect(empty.orphans).toMatchObject([{ arn: 'arn:aws:s3:::trail' }])
    })
  })

  it('does not prove anything when AWS does not answer', async () => {
    await expect(survey({ GetResources: fail('AccessDeniedException') })).rejects.toMatchObject({ code: 'AwsRefused' })
    await expect(survey({ DescribeVolumes: fail('UnauthorizedOperation') })).rejects.toMatchObject({ code: 'AwsRefused' })
  })

  it('takes no default security group for a leftover, nor what is deleted', async () => {
    const { orphans } = await survey({
      DescribeSecurityGroups: () => ({ SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'default', Tags: ours }] }),
      DescribeNatGateways: () => ({ NatGateways: [{ NatGatewayId: 'nat-1', State: 'deleted', Tags: ours }] }),
      DescribeInstances: () => ({ Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'terminated' }, Tags: ours }] }] }),
    })
    expect(orphans).toEqual([])
  })

  it('leaves subnets that are only shared with the cluster', async () => {
    const Tags = [{ Key: 'kubernetes.io/cluster/acme-dev', Value: 'shared' }]
    await expect(survey({ DescribeSubnets: () => ({ Subnets: [{ SubnetId: 's', Tags }] }) })).resolves.toMatchObject({ orphans: [] })
  })

  it('finds what lies in the VPC without any tag', async () => {
    const { orphans } = await survey({
      DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', State: 'available', Tags: ours }] }),
      DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', VpcId: 'vpc-1', Status: 'in-use' }] }),
      DescribeLoadBalancers: () => ({
        LoadBalancers: [{ LoadBalancerArn: 'arn:lb', VpcId: 'vpc-1' }],
        LoadBalancerDescriptions: [{ LoadBalancerName: 'old', VPCId: 'vpc-1' }],
      }),
      DescribeTargetGroups: () => ({}),
      DescribeTags: () => ({ TagDescriptions: [{ LoadBalancerName: 'old' }] }),
    })
    expect(orphans.map(({ type }) => type).sort()).toEqual([
      'ec2:network-interface',
      'ec2:vpc',
      'elasticloadbalancing:classic-load-balancer',
      'elasticloadbalancing:load-balancer',
    ])
  })

  it('keeps snapshots, keys pending deletion, keys of snapshots and protected log groups', async () => {
    const state: Record<string, object> = {
      old: { KeyState: 'PendingDeletion', DeletionDate: new Date('2030-02-01T00:00:00Z') },
      needed: { KeyState: 'Enabled' },
      forgotten: { KeyState: 'Enabled' },
    }
    const { orphans, retained } = await survey({
      ListKeys: () => ({ Keys: Object.keys(state).map((KeyId) => ({ KeyId })) }),
      ListResourceTags: () => ({ Tags: ours.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) }),
      DescribeKey: ({ KeyId }) => ({ KeyMetadata: { Arn: `arn:${String(KeyId)}`, ...state[String(KeyId)] } }),
      DescribeSnapshots: ({ OwnerIds }) =>
        OwnerIds === undefined ? {} : { Snapshots: [{ SnapshotId: 'snap-1', KmsKeyId: 'arn:needed', Tags: ours }] },
      DescribeLogGroups: ({ logGroupNamePrefix }) => ({
        logGroups:
          logGroupNamePrefix === '/platform/acme/dev/'
            ? [{ logGroupName: '/platform/acme/dev/a', logGroupArn: 'arn:log', deletionProtectionEnabled: true }]
            : [],
      }),
    })
    expect(orphans.map(({ arn }) => arn)).toEqual(['arn:forgotten'])
    expect(retained.map(({ arn, until }) => [arn, until])).toEqual([
      [`arn:aws:ec2:${ACCOUNT}:snapshot/snap-1`, null],
      ['arn:log', null],
      ['arn:needed', null],
      ['arn:old', '2030-02-01T00:00:00.000Z'],
    ])
  })

  it('waits for what AWS is deleting at this moment', async () => {
    let looks = 0
    const { clients } = fakeAws({
      ...nothing,
      DescribeNatGateways: () => ({ NatGateways: [{ NatGatewayId: 'nat-1', State: looks++ < 4 ? 'deleting' : 'deleted', Tags: ours }] }),
    })
    const clock = fakeClock()
    await expect(findLeftovers(clients, scope, { clock, signal: new AbortController().signal })).resolves.toEqual({
      orphans: [],
      retained: [],
    })
    expect(clock.slept.length).toBeGreaterThan(0)
  })

  it('reports it when it does not go', async () => {
    const { clients } = fakeAws({
      ...nothing,
      DescribeNatGateways: () => ({ NatGateways: [{ NatGatewayId: 'nat-1', State: 'deleting', Tags: ours }] }),
    })
    const { orphans } = await findLeftovers(clients, scope, { clock: fakeClock(), signal: new AbortController().signal })
    expect(orphans.map(({ arn }) => arn)).toEqual([`arn:aws:ec2:${ACCOUNT}:natgateway/nat-1`])
  })
})
