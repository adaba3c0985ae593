import {
  AllocateAddressCommand,
  AttachVolumeCommand,
  CreateLaunchTemplateCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateSubnetCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type ResourceType,
  type Tag,
} from '@aws-sdk/client-ec2'
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateClusterCommand } from '@aws-sdk/client-eks'
import { CreateLoadBalancerCommand, DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateInstanceProfileCommand, CreatePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam'
import { CreateAliasCommand, CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyBlockers, findBlockers } from '../../src/lib/aws/leftovers/blockers.js'
import { keysStillNeeded } from '../../src/lib/aws/leftovers/keys-still-needed.js'
import { findLeftovers } from '../../src/lib/aws/leftovers/leftovers.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { ACCOUNT, REGION, startEmulator, type Emulator } from './modules/workbench.js'

const ports = { clock: systemClock, signal: new AbortController().signal }
const scope = { platform: 'acme', environment: 'dev', clusterName: 'acme-dev' }
const neighbour = { platform: 'acme', environment: 'dev2', clusterName: 'acme-dev2' }
const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] })
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }] })

type Scope = typeof scope
type Plant = (scope: Scope) => Promise<string>

let emulator: Emulator
let vpc: string
let subnet: string

const ours = ({ platform, environment }: Scope) => [
  { Key: 'platform:name', Value: platform },
  { Key: 'platform:environment', Value: environment },
]
const clusters = ({ clusterName }: Scope) => [{ Key: `kubernetes.io/cluster/${clusterName}`, Value: 'owned' }]
const tagged = (ResourceType: ResourceType, Tags: Tag[]) => ({
  TagSpecifications: [{ ResourceType, Tags }],
})
const ec2Arn = (resource: string): string => `arn:aws:ec2:${REGION}:${ACCOUNT}:${resource}`

beforeAll(async () => {
  emulator = await startEmulator()
  const ec2 = await emulator.clients.ec2()
  // Somebody else's network: what is planted has to be found by itself.
  vpc = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }))).Vpc?.VpcId ?? ''
  subnet = (await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.9.0.0/24' }))).Subnet?.SubnetId ?? ''
})

afterAll(() => emulator.stop())

const key = async (Tags: Array<{ Key: string; Value: string }>): Promise<string> => {
  const { KeyMetadata } = await (
    await emulator.clients.kms()
  ).send(new CreateKeyCommand({ Tags: Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) }))
  return KeyMetadata?.Arn ?? ''
}

const orphanArns = async (scope: Scope): Promise<string[]> => (await findLeftovers(emulator.clients, scope)).orphans.map(({ arn }) => arn)

let number = 0
const unique = (): string => `x${(number += 1)}`

const plants: Array<[what: string, plant: Plant]> = [
  [
    'a tagged subnet',
    async (scope) => {
      const CidrBlock = `10.9.${(number += 1)}.0/24`
      const { Subnet } = await (
        await emulator.clients.ec2()
      ).send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock, ...tagged('subnet', ours(scope)) }))
      return ec2Arn(`subnet/${Subnet?.SubnetId}`)
    },
  ],
  [
    'a tagged address',
    async (scope) => {
      const { AllocationId } = await (
        await emulator.clients.ec2()
      ).send(new AllocateAddressCommand({ Domain: 'vpc', ...tagged('elastic-ip', ours(scope)) }))
      return ec2Arn(`elastic-ip/${AllocationId}`)
    },
  ],
  [
    'a network interface of the network plug-in',
    async (scope) => {
      const Tags = [{ Key: 'cluster.k8s.amazonaws.com/name', Value: scope.clusterName }]
      const command = new CreateNetworkInterfaceCommand({ SubnetId: subnet, ...tagged('network-interface', Tags) })
      return ec2Arn(`network-interface/${(await (await emulator.clients.ec2()).send(command)).NetworkInterface?.NetworkInterfaceId}`)
    },
  ],
  [
    'a volume of a claim',
    async (scope) => {
      const command = new CreateVolumeCommand({ AvailabilityZone: `${REGION}a`, Size: 1, ...tagged('volume', clusters(scope)) })
      return ec2Arn(`volume/${(await (await emulator.clients.ec2()).send(command)).VolumeId}`)
    },
  ],
  [
    'a security group of a controller',
    async (scope) => {
      const Tags = [{ Key: 'elbv2.k8s.aws/cluster', Value: scope.clusterName }]
      const command = new CreateSecurityGroupCommand({
        GroupName: `k8s-${unique()}`,
        Description: 'x',
        VpcId: vpc,
        ...tagged('security-group', Tags),
      })
      return ec2Arn(`security-group/${(await (await emulator.clients.ec2()).send(command)).GroupId}`)
    },
  ],
  [
    'an IAM role',
    async ({ platform, environment }) => {
      const command = new CreateRoleCommand({
        RoleName: unique(),
        Path: `/platform/${platform}/${environment}/`,
        AssumeRolePolicyDocument: trust,
      })
      return (await (await emulator.clients.iam()).send(command)).Role?.Arn ?? ''
    },
  ],
  [
    'an IAM policy',
    async ({ platform, environment }) => {
      const command = new CreatePolicyCommand({
        PolicyName: unique(),
        Path: `/platform/${platform}/${environment}/`,
        PolicyDocument: policy,
      })
      return (await (await emulator.clients.iam()).send(command)).Policy?.Arn ?? ''
    },
  ],
  [
    'an instance profile',
    async ({ platform, environment }) => {
      const command = new CreateInstanceProfileCommand({ InstanceProfileName: unique(), Path: `/platform/${platform}/${environment}/` })
      return (await (await emulator.clients.iam()).send(command)).InstanceProfile?.Arn ?? ''
    },
  ],
  [
    'a log group that EKS made again',
    async ({ clusterName }) => {
      const logGroupName = `/aws/eks/${clusterName}/cluster`
      await (await emulator.clients.logs()).send(new CreateLogGroupCommand({ logGroupName }))
      return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroupName}`
    },
  ],
  ['a key', async (scope) => key(ours(scope))],
  [
    'an alias',
    async ({ platform, environment }) => {
      const AliasName = `alias/${platform}/${environment}/data`
      await (await emulator.clients.kms()).send(new CreateAliasCommand({ AliasName, TargetKeyId: await key([]) }))
      return `arn:aws:kms:${REGION}:${ACCOUNT}:${AliasName}`
    },
  ],
  [
    'a cluster without tags',
    async ({ clusterName }) => {
      const command = new CreateClusterCommand({
        name: clusterName,
        roleArn: `arn:aws:iam::${ACCOUNT}:role/x`,
        resourcesVpcConfig: { subnetIds: [subnet] },
      })
      return (await (await emulator.clients.eks()).send(command)).cluster?.arn ?? ''
    },
  ],
]

describe('findLeftovers', () => {
  test('finds nothing where nothing is', async () => {
    await expect(findLeftovers(emulator.clients, scope)).resolves.toEqual({ orphans: [], retained: [] })
  })

  test.each(plants)('finds %s, and not that of another environment', async (_, plant) => {
    const before = await orphanArns(scope)
    await plant(neighbour)
    expect(await orphanArns(scope)).toEqual(before)
    const arn = await plant(scope)
    expect(before).not.toContain(arn)
    expect(await orphanArns(scope)).toContain(arn)
  })

  test('tells when AWS removes a deleted key', async () => {
    const KeyId = await key(ours(scope))
    await (await emulator.clients.kms()).send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))
    const { retained } = await findLeftovers(emulator.clients, scope)
    expect(retained).toEqual([
      { arn: KeyId, until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string, reason: expect.any(String) as string },
    ])
  })
})

describe('keysStillNeeded', () => {
  test('keeps the key of a snapshot and of a log outside of the environment', async () => {
    const [forSnapshot, forLog, forOwnLog, unused] = [await key([]), await key([]), await key([]), await key([])]
    const ec2 = await emulator.clients.ec2()
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${REGION}a`,
        Size: 1,
        Encrypted: true,
        KmsKeyId: forSnapshot,
        ...tagged('volume', clusters(scope)),
      }),
    )
    await ec2.send(new CreateSnapshotCommand({ VolumeId }))
    const logs = await emulator.clients.logs()
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/audit/trail', kmsKeyId: forLog }))
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/platform/acme/dev/flow-logs', kmsKeyId: forOwnLog }))
    const { needed, notLookedAt } = await keysStillNeeded(emulator.clients, [forSnapshot, forLog, forOwnLog, unused], scope)
    expect([...needed.keys()]).toEqual([forSnapshot, forLog])
    expect(needed.get(forLog)).toContain('/audit/trail')
    expect(notLookedAt).toEqual([expect.stringContaining('AWS Backup')])
  })
})

describe('emptyBlockers', () => {
  test('deletes what is marked as the cluster’s and nothing else', async () => {
    const own: Scope = { platform: 'acme', environment: 'blocked', clusterName: 'acme-blocked' }
    const ec2 = await emulator.clients.ec2()
    const network = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16', ...tagged('vpc', ours(own)) }))).Vpc?.VpcId ?? ''
    const subnets: string[] = []
    for (const zone of ['a', 'b']) {
      const command = new CreateSubnetCommand({
        VpcId: network,
        CidrBlock: `10.8.${subnets.length}.0/24`,
        AvailabilityZone: `${REGION}${zone}`,
      })
      subnets.push((await ec2.send(command)).Subnet?.SubnetId ?? '')
    }
    const balancers = await emulator.clients.loadBalancers()
    const Tags = [{ Key: 'elbv2.k8s.aws/cluster', Value: own.clusterName }]
    await balancers.send(new CreateLoadBalancerCommand({ Name: 'k8s-made', Subnets: subnets, Tags }))
    await balancers.send(new CreateLoadBalancerCommand({ Name: 'hand-made', Subnets: subnets }))

    for (const [what, plant] of plants) if (/interface|volume|controller/.test(what)) await plant(own)
    await ec2.send(new CreateVolumeCommand({ AvailabilityZone: `${REGION}a`, Size: 1 }))
    const others = await findBlockers(emulator.clients, neighbour)

    const removed = await emptyBlockers(emulator.clients, own, ports)
    expect(removed.map(({ type, holdsData }) => `${type} ${holdsData}`)).toEqual([
      'elasticloadbalancing:load-balancer false',
      'ec2:network-interface false',
      'ec2:security-group false',
      'ec2:volume true',
    ])
    expect(await findBlockers(emulator.clients, own)).toEqual([])
    expect(await findBlockers(emulator.clients, neighbour)).toEqual(others)
    const left = await balancers.send(new DescribeLoadBalancersCommand({}))
    expect(left.LoadBalancers?.map(({ LoadBalancerName }) => LoadBalancerName)).toEqual(['hand-made'])
    const untagged = await ec2.send(new DescribeVolumesCommand({}))
    expect(untagged.Volumes?.some((volume) => (volume.Tags ?? []).length === 0)).toBe(true)
    const interfaces = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'tag:cluster.k8s.amazonaws.com/name', Values: [own.clusterName] }] }),
    )
    expect(interfaces.NetworkInterfaces).toEqual([])
  })

  test('ends the machines of Karpenter, deletes their templates, and leaves those of node groups alone', async () => {
    const own: Scope = { platform: 'acme', environment: 'scaled', clusterName: 'acme-scaled' }
    const ec2 = await emulator.clients.ec2()
    const run = async (Tags: Tag[]): Promise<string> => {
      const machine = { ImageId: 'ami-12345678', InstanceType: 't3.large' as const, MinCount: 1, MaxCount: 1, SubnetId: subnet }
      const { Instances = [] } = await ec2.send(new RunInstancesCommand({ ...machine, ...tagged('instance', Tags) }))
      return Instances[0]?.InstanceId ?? ''
    }
    const karpenters = await run([...clusters(own), { Key: 'karpenter.sh/nodepool', Value: 'default' }])
    const groups = await run([...clusters(own), { Key: 'eks:nodegroup-name', Value: 'default' }])
    const template = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'karpenter.k8s.aws/1',
        LaunchTemplateData: {},
        ...tagged('launch-template', [...clusters(own), { Key: 'karpenter.k8s.aws/cluster', Value: own.clusterName }]),
      }),
    )
    expect(await emptyBlockers(emulator.clients, own, ports)).toEqual([
      { arn: ec2Arn(`instance/${karpenters}`), type: 'ec2:instance', holdsData: false },
      { arn: ec2Arn(`launch-template/${template.LaunchTemplate?.LaunchTemplateId}`), type: 'ec2:launch-template', holdsData: false },
    ])
    expect(await findBlockers(emulator.clients, own)).toEqual([])
    const left = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [karpenters, groups] }))
    const states = new Map(left.Reservations?.flatMap(({ Instances = [] }) => Instances.map((each) => [each.InstanceId, each.State?.Name])))
    expect(states.get(karpenters)).toMatch(/^(?:shutting-down|terminated)$/)
    expect(states.get(groups)).toBe('running')
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [groups] }))
  })

  test('tells of volumes that nodes use, and deletes them when the nodes are gone', async () => {
    const own: Scope = { platform: 'acme', environment: 'mounted', clusterName: 'acme-mounted' }
    const ec2 = await emulator.clients.ec2()
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-12345678', InstanceType: 't3.large', MinCount: 1, MaxCount: 1, SubnetId: subnet }),
    )
    const { InstanceId, Placement } = Instances[0]!
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: Placement?.AvailabilityZone, Size: 1, ...tagged('volume', clusters(own)) }),
    )
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: '/dev/xvdba' }))
    const volume = { arn: ec2Arn(`volume/${VolumeId}`), type: 'ec2:volume', holdsData: true }
    await expect(findBlockers(emulator.clients, own)).resolves.toEqual([{ ...volume, inUse: true }])
    await expect(emptyBlockers(emulator.clients, own, ports)).resolves.toEqual([])

    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId ?? ''] }))
    await expect(emptyBlockers(emulator.clients, own, ports)).resolves.toEqual([volume])
    await expect(findBlockers(emulator.clients, own)).resolves.toEqual([])
  })

  test('deletes the log group that EKS made again, but not one that somebody tagged, and none of a living cluster', async () => {
    const [gone, kept, living] = ['remade', 'audited', 'alive'].map((environment) => ({
      platform: 'acme',
      environment,
      clusterName: `acme-${environment}`,
    })) as [Scope, Scope, Scope]
    const logs = await emulator.clients.logs()
    for (const { clusterName } of [gone, kept, living]) {
      const tags = clusterName === kept.clusterName ? { tags: { team: 'audit' } } : {}
      await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/eks/${clusterName}/cluster`, ...tags }))
    }
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/x`
    await (
      await emulator.clients.eks()
    ).send(new CreateClusterCommand({ name: living.clusterName, roleArn, resourcesVpcConfig: { subnetIds: [subnet] } }))

    const removed: string[] = []
    for (const scope of [gone, kept, living]) removed.push(...(await emptyBlockers(emulator.clients, scope, ports)).map(({ arn }) => arn))
    expect(removed).toEqual([`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/eks/${gone.clusterName}/cluster`])
    expect(await orphanArns(gone)).toEqual([])
    expect((await orphanArns(kept)).length).toBe(1)
  })
})
