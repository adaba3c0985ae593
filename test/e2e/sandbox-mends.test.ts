import { DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm'
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeBackupCommand, ListBackupsCommand } from '@aws-sdk/client-dynamodb'
import {
  CreateLaunchTemplateCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateAddonCommand,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeAddonCommand,
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  UpdateAddonCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks'
import { CreateKeyCommand, DescribeKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import { GetResourcesCommand, paginateGetResources, type GetResourcesCommandInput } from '@aws-sdk/client-resource-groups-tagging-api'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { startEmulator, type Emulator } from './modules/workbench.js'
import { SANDBOX_REGION, TestSandbox } from '../helpers/sandbox.js'

let bare: Emulator
let sandbox: TestSandbox
let mended: AwsClients

beforeAll(async () => {
  ;[bare, sandbox] = await Promise.all([startEmulator(), TestSandbox.start()])
  mended = sandbox.clients()
})
afterAll(async () => {
  await Promise.all([bare.stop(), sandbox.remove()])
})

/** Says what to do when the emulator has closed a gap. */
function canGo(file: string): string {
  return `The emulator has closed this gap: remove src/lib/sandbox/mends/${file} and this test.`
}

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
}

describe('the state lock in a versioned bucket', () => {
  async function versionedBucket(clients: AwsClients): Promise<string> {
    const s3 = await clients.s3()
    const Bucket = `locks-${Math.random().toString(36).slice(2)}`
    await s3.send(new CreateBucketCommand({ Bucket }))
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    return Bucket
  }
  const lock = async (clients: AwsClients, Bucket: string, Body: string) =>
    outcome((await clients.s3()).send(new PutObjectCommand({ Bucket, Key: 'a b/ü.tflock', Body, IfNoneMatch: '*' })))
  const unlock = async (clients: AwsClients, Bucket: string) =>
    (await clients.s3()).send(new DeleteObjectCommand({ Bucket, Key: 'a b/ü.tflock' }))

  test('works once on the bare emulator', async () => {
    const bucket = await versionedBucket(bare.clients)
    await expect(lock(bare.clients, bucket, '1')).resolves.toBe('done')
    await unlock(bare.clients, bucket)
    expect(await lock(bare.clients, bucket, '2'), canGo('s3-lock-after-delete.ts')).toBe('PreconditionFailed')
  })

  test('works again and again, keeps others out, and keeps the history', async () => {
    const bucket = await versionedBucket(mended)
    for (const body of ['1', '2', '3']) {
      await expect(lock(mended, bucket, body)).resolves.toBe('done')
      await expect(lock(mended, bucket, 'other')).resolves.toBe('PreconditionFailed')
      const { Body } = await (await mended.s3()).send(new GetObjectCommand({ Bucket: bucket, Key: 'a b/ü.tflock' }))
      await expect(Body?.transformToString()).resolves.toBe(body)
      await unlock(mended, bucket)
    }
    const { Versions = [], DeleteMarkers = [] } = await (await mended.s3()).send(new ListObjectVersionsCommand({ Bucket: bucket }))
    expect([Versions.length, DeleteMarkers.length]).toEqual([3, 3])
  })

  test('has one winner among many', async () => {
    const bucket = await versionedBucket(mended)
    await lock(mended, bucket, 'first')
    await unlock(mended, bucket)
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => lock(mended, bucket, String(index))))
    expect(outcomes.filter((result) => result === 'done')).toHaveLength(1)
    expect(outcomes.filter((result) => result === 'PreconditionFailed')).toHaveLength(19)
  })
})

describe('tags', () => {
  async function tagThings(clients: AwsClients): Promise<void> {
    await (await clients.kms()).send(new CreateKeyCommand({ Tags: [{ TagKey: 'team', TagValue: 'blue' }] }))
    await (await clients.logs()).send(new CreateLogGroupCommand({ logGroupName: '/tagged', tags: { team: 'blue' } }))
    const tags = [{ Key: 'team', Value: 'blue' }]
    await (
      await clients.ec2()
    ).send(
      new CreateVpcCommand({
        CidrBlock: '10.3.0.0/16',
        TagSpecifications: [{ ResourceType: 'vpc', Tags: [...tags, { Key: 'tier', Value: 'a' }] }],
      }),
    )
    const s3 = await clients.s3()
    await s3.send(new CreateBucketCommand({ Bucket: 'tagged', CreateBucketConfiguration: { LocationConstraint: SANDBOX_REGION } }))
    await s3.send(new PutBucketTaggingCommand({ Bucket: 'tagged', Tagging: { TagSet: tags } }))
  }
  const find = async (clients: AwsClients, filters: GetResourcesCommandInput) => {
    const { ResourceTagMappingList = [] } = await (await clients.tagging()).send(new GetResourcesCommand(filters))
    return ResourceTagMappingList.map(({ ResourceARN = '' }) => ResourceARN.split(':').slice(2, 3).join())
  }
  const blue = { TagFilters: [{ Key: 'team', Values: ['blue', 'red'] }] }

  test('are not found by the bare emulator', async () => {
    await tagThings(bare.clients)
    expect(await find(bare.clients, blue), canGo('tagging-get-resources.ts')).toEqual([])
  })

  test('are found by key, value and type, in pages', async () => {
    await tagThings(mended)
    expect((await find(mended, blue)).toSorted()).toEqual(['ec2', 'kms', 'logs', 's3'])
    expect(await find(mended, { TagFilters: [{ Key: 'team', Values: ['red'] }] })).toEqual([])
    expect(await find(mended, { TagFilters: [{ Key: 'team' }, { Key: 'tier' }] })).toEqual(['ec2'])
    expect(await find(mended, { ...blue, ResourceTypeFilters: ['ec2:vpc', 'kms'] })).toEqual(['ec2', 'kms'])
    const pages: number[] = []
    for await (const page of paginateGetResources({ client: await mended.tagging(), pageSize: 3 }, blue))
      pages.push(page.ResourceTagMappingList?.length ?? 0)
    expect(pages).toEqual([3, 1])
    await expect(outcome(find(mended, { PaginationToken: 'nonsense' }))).resolves.toBe('PaginationTokenExpiredException')
  })
})

describe('clusters of Kubernetes 1.35', () => {
  const cluster = async (clients: AwsClients, name: string, more: { version?: string; deletionProtection?: boolean } = {}) => {
    const ec2 = await clients.ec2()
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.5.0.0/16' }))
    const subnets = await Promise.all(
      ['a', 'b'].map((zone, index) =>
        ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: `10.5.${index}.0/24`, AvailabilityZone: SANDBOX_REGION + zone })),
      ),
    )
    const subnetIds = subnets.map(({ Subnet }) => Subnet?.SubnetId ?? '')
    const roleArn = 'arn:aws:iam::000000000000:role/cluster'
    await (
      await clients.eks()
    ).send(new CreateClusterCommand({ name, version: '1.35', roleArn, resourcesVpcConfig: { subnetIds }, ...more }))
  }

  test('get no add-ons and are not listed by the bare emulator', async () => {
    await cluster(bare.clients, 'bare')
    const eks = await bare.clients.eks()
    expect(await outcome(eks.send(new CreateAddonCommand({ clusterName: 'bare', addonName: 'vpc-cni' }))), canGo('eks-addons.ts')).toBe(
      'InvalidParameterException',
    )
    const { addons } = await eks.send(new DescribeAddonVersionsCommand({ kubernetesVersion: '1.35' }))
    expect(addons, canGo('eks-catalogue.ts')).toEqual([])
    const { clusterVersions } = await eks.send(new DescribeClusterVersionsCommand({ clusterVersions: ['1.35'] }))
    expect(clusterVersions, canGo('eks-catalogue.ts')).toEqual([])
  })

  test.each(['1.35', '1.36'])('%s: get add-ons, by default and by version', async (version) => {
    const name = `mended-${version.replace('.', '-')}`
    await cluster(mended, name, { version })
    const eks = await mended.eks()
    const { addons = [] } = await eks.send(new DescribeAddonVersionsCommand({ kubernetesVersion: version, addonName: 'coredns' }))
    const versions = addons[0]?.addonVersions ?? []
    expect(versions.every(({ compatibilities }) => compatibilities?.every(({ clusterVersion }) => clusterVersion === version))).toBe(true)
    const fallback = versions.find(({ compatibilities }) => compatibilities?.[0]?.defaultVersion)?.addonVersion
    const wanted = versions.find(({ addonVersion }) => addonVersion !== fallback)?.addonVersion
    await Promise.all([
      eks.send(new CreateAddonCommand({ clusterName: name, addonName: 'coredns', resolveConflicts: 'OVERWRITE' })),
      eks.send(new CreateAddonCommand({ clusterName: name, addonName: 'kube-proxy' })),
      eks.send(new CreateAddonCommand({ clusterName: name, addonName: 'vpc-cni', tags: { team: 'blue' } })),
    ])
    const addon = async () => (await eks.send(new DescribeAddonCommand({ clusterName: name, addonName: 'coredns' }))).addon
    await expect(addon()).resolves.toMatchObject({ addonVersion: fallback })
    await eks.send(new UpdateAddonCommand({ clusterName: name, addonName: 'coredns', addonVersion: wanted, resolveConflicts: 'PRESERVE' }))
    await expect(addon()).resolves.toMatchObject({ addonVersion: wanted })
    await expect(eks.send(new DescribeClusterCommand({ name }))).resolves.toMatchObject({ cluster: { version } })
    await expect(outcome(eks.send(new CreateAddonCommand({ clusterName: name, addonName: 'no-such-addon' })))).resolves.toBe(
      'InvalidParameterException',
    )
    const { clusterVersions } = await eks.send(new DescribeClusterVersionsCommand({ clusterVersions: [version] }))
    expect(clusterVersions).toMatchObject([{ clusterVersion: version, versionStatus: 'STANDARD_SUPPORT' }])
  })

  test('are deleted in spite of protection by the bare emulator', async () => {
    await cluster(bare.clients, 'protected', { deletionProtection: true })
    expect(
      await outcome((await bare.clients.eks()).send(new DeleteClusterCommand({ name: 'protected' }))),
      canGo('eks-deletion-protection.ts'),
    ).toBe('done')
  })

  test('are kept while protection is on', async () => {
    await cluster(mended, 'protected')
    const eks = await mended.eks()
    await eks.send(new UpdateClusterConfigCommand({ name: 'protected', deletionProtection: true }))
    await expect(eks.send(new DescribeClusterCommand({ name: 'protected' }))).resolves.toMatchObject({
      cluster: { deletionProtection: true },
    })
    await expect(outcome(eks.send(new DeleteClusterCommand({ name: 'protected' })))).resolves.toBe('InvalidRequestException')
    await eks.send(new UpdateClusterConfigCommand({ name: 'protected', deletionProtection: false }))
    await expect(outcome(eks.send(new DeleteClusterCommand({ name: 'protected' })))).resolves.toBe('done')
    await expect(outcome(eks.send(new DeleteClusterCommand({ name: 'protected' })))).resolves.toBe('ResourceNotFoundException')
  })
})

describe('a VPC', () => {
  const vpcWithSubnet = async (clients: AwsClients) => {
    const ec2 = await clients.ec2()
    const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/16' }))).Vpc?.VpcId ?? ''
    const SubnetId = (await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.7.0.0/24' }))).Subnet?.SubnetId ?? ''
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }))
    const group = SecurityGroups[0]?.GroupId ?? ''
    await ec2.send(new CreateTagsCommand({ Resources: [group], Tags: [{ Key: 'of', Value: VpcId }] }))
    return { ec2, VpcId, SubnetId }
  }
  const tagsOf = async (clients: AwsClients, vpcId: string) =>
    (await (await clients.ec2()).send(new DescribeTagsCommand({ Filters: [{ Name: 'value', Values: [vpcId] }] }))).Tags

  test('goes with its subnets inside and leaves tags behind on the bare emulator', async () => {
    const { ec2, VpcId } = await vpcWithSubnet(bare.clients)
    expect(await outcome(ec2.send(new DeleteVpcCommand({ VpcId }))), canGo('ec2-delete-vpc.ts')).toBe('done')
    expect(await tagsOf(bare.clients, VpcId), canGo('ec2-delete-vpc.ts')).toHaveLength(1)
    expect(await outcome(ec2.send(new DeleteVpcCommand({ VpcId }))), canGo('ec2-delete-vpc.ts')).toBe('done')
  })

  test('is kept while it has subnets, and goes as a whole', async () => {
    const { ec2, VpcId, SubnetId } = await vpcWithSubnet(mended)
    await expect(outcome(ec2.send(new DeleteVpcCommand({ VpcId })))).resolves.toBe('DependencyViolation')
    await ec2.send(new DeleteSubnetCommand({ SubnetId }))
    await expect(tagsOf(mended, VpcId)).resolves.toHaveLength(1)
    await expect(outcome(ec2.send(new DeleteVpcCommand({ VpcId })))).resolves.toBe('done')
    await expect(tagsOf(mended, VpcId)).resolves.toEqual([])
    await expect(outcome(ec2.send(new DeleteVpcCommand({ VpcId })))).resolves.toBe('InvalidVpcID.NotFound')
  })
})

describe('launch templates', () => {
  const make = async (clients: AwsClients): Promise<void> => {
    for (const LaunchTemplateName of ['one', 'two']) {
      const LaunchTemplateData = { InstanceType: 't3.large' as const }
      await (await clients.ec2()).send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }))
    }
  }
  const find = async (clients: AwsClients, ...LaunchTemplateNames: string[]) => {
    const { LaunchTemplates = [] } = await (
      await clients.ec2()
    ).send(new DescribeLaunchTemplatesCommand(LaunchTemplateNames.length === 0 ? {} : { LaunchTemplateNames }))
    return LaunchTemplates.map(({ LaunchTemplateName }) => LaunchTemplateName).sort()
  }

  test('are all answered by the bare emulator, whatever name is asked for', async () => {
    await make(bare.clients)
    expect(await find(bare.clients, 'two'), canGo('ec2-launch-template-names.ts')).toEqual(['one', 'two'])
  })

  test('are found by their names', async () => {
    await make(mended)
    await expect(find(mended, 'two')).resolves.toEqual(['two'])
    await expect(find(mended, 'two', 'one')).resolves.toEqual(['one', 'two'])
    await expect(find(mended)).resolves.toEqual(['one', 'two'])
    await expect(outcome(find(mended, 'two', 'three'))).resolves.toBe('InvalidLaunchTemplateName.NotFoundException')
  })
})

test('a key that is to be deleted says when', async () => {
  const kms = await mended.kms()
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 7 }))
  const { KeyMetadata: after } = await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }))
  expect(after?.KeyState).toBe('PendingDeletion')
  expect(((after?.DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000).toBeCloseTo(7, 1)
})

describe('the record that proves a wildcard', () => {
  const records = async (clients: AwsClients) => {
    const acm = await clients.acm()
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'x.example.com', SubjectAlternativeNames: ['*.x.example.com'], ValidationMethod: 'DNS' }),
    )
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }))
    return Certificate?.DomainValidationOptions?.map(({ ResourceRecord }) => ResourceRecord?.Name) ?? []
  }

  test('has an asterisk in its name in the bare emulator', async () => {
    expect((await records(bare.clients)).join(' '), canGo('acm-wildcard-record.ts')).toContain('*')
  })

  test('is that of the plain name', async () => {
    const [plain, wildcard] = await records(mended)
    expect(plain).toMatch(/^_\w+\.x\.example\.com/)
    expect(wildcard).toBe(plain)
  })
})

describe('caches', () => {
  const query = async (endpoint: string, Action: string, more: Record<string, string> = {}) => {
    const credential = `test/20260101/${SANDBOX_REGION}/elasticache/aws4_request`
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}` },
      body: new URLSearchParams({ Action, Version: '2015-02-02', ...more }),
    })
    return answer.text()
  }
  const makeGroup = (endpoint: string) =>
    query(endpoint, 'CreateReplicationGroup', {
      ReplicationGroupId: 'group',
      ReplicationGroupDescription: 'x',
      Engine: 'valkey',
      EngineVersion: '8.0',
      NumCacheClusters: '2',
      CacheNodeType: 'cache.t4g.small',
      'SecurityGroupIds.SecurityGroupId.1': 'sg-1',
      KmsKeyId: 'key-1',
    })
  const deleteGroup = (endpoint: string, FinalSnapshotIdentifier: string) =>
    query(endpoint, 'DeleteReplicationGroup', { ReplicationGroupId: 'group', FinalSnapshotIdentifier })
  const changeParameter = async (endpoint: string) => {
    const CacheParameterGroupName = 'group'
    const tags = { 'Tags.Tag.1.Key': 'team', 'Tags.Tag.1.Value': 'blue' }
    const made = await query(endpoint, 'CreateCacheParameterGroup', {
      CacheParameterGroupName,
      CacheParameterGroupFamily: 'valkey8',
      Description: 'x',
      ...tags,
    })
    const first = 'ParameterNameValues.ParameterNameValue.1'
    const change = { [`${first}.ParameterName`]: 'maxmemory-policy', [`${first}.ParameterValue`]: 'allkeys-lru' }
    await query(endpoint, 'ModifyCacheParameterGroup', { CacheParameterGroupName, ...change })
    const ResourceName = /<ARN>([^<]+)/.exec(made)?.[1] ?? ''
    return {
      parameters: await query(endpoint, 'DescribeCacheParameters', { CacheParameterGroupName, Source: 'user' }),
      tags: await query(endpoint, 'ListTagsForResource', { ResourceName }),
    }
  }

  test('have no members, parameters and tags of their making in the bare emulator', async () => {
    await makeGroup(bare.endpoint)
    const members = await query(bare.endpoint, 'DescribeCacheClusters', { CacheClusterId: 'group-001' })
    expect(members, canGo('elasticache-members.ts')).toContain('CacheClusterNotFound')
    const { parameters, tags } = await changeParameter(bare.endpoint)
    expect(parameters, canGo('elasticache-parameters.ts')).not.toContain('allkeys-lru')
    expect(tags, canGo('elasticache-create-tags.ts')).not.toContain('blue')
  })

  test('leave no final snapshot in the bare emulator, and snapshots do not say their key', async () => {
    await query(bare.endpoint, 'CreateSnapshot', { ReplicationGroupId: 'group', SnapshotName: 'by-hand' })
    await deleteGroup(bare.endpoint, 'final')
    const snapshots = await query(bare.endpoint, 'DescribeSnapshots')
    expect(snapshots).toContain('by-hand')
    expect(snapshots, canGo('elasticache-snapshots.ts')).not.toContain('final')
    expect(snapshots, canGo('elasticache-snapshots.ts')).not.toContain('key-1')
  })

  test('have them', async () => {
    await makeGroup(sandbox.endpoint)
    const member = await query(sandbox.endpoint, 'DescribeCacheClusters', { CacheClusterId: 'group-002', ShowCacheNodeInfo: 'true' })
    for (const text of ['<ReplicationGroupId>group<', '<EngineVersion>8.0.0<', '<SecurityGroupId>sg-1<', '<Port>6379<'])
      expect(member).toContain(text)
    const all = await query(sandbox.endpoint, 'DescribeCacheClusters')
    expect(all.match(/<CacheClusterId>group-00\d</g)).toHaveLength(2)
    const { parameters, tags } = await changeParameter(sandbox.endpoint)
    expect(parameters).toContain('allkeys-lru')
    expect(tags).toContain('blue')
    await query(sandbox.endpoint, 'CreateSnapshot', { ReplicationGroupId: 'group', SnapshotName: 'by-hand' })
    expect(await deleteGroup(sandbox.endpoint, 'by-hand')).toContain('SnapshotAlreadyExists')
    await deleteGroup(sandbox.endpoint, 'final')
    const snapshots = (await query(sandbox.endpoint, 'DescribeSnapshots')).match(/<Snapshot>.*?<\/Snapshot>/g) ?? []
    expect(snapshots.map((snapshot) => /<SnapshotName>([^<]+)/.exec(snapshot)?.[1])).toEqual(['by-hand', 'final'])
    for (const snapshot of snapshots) expect(snapshot).toContain('<KmsKeyId>key-1<')
    expect(await query(sandbox.endpoint, 'DescribeCacheClusters', { CacheClusterId: 'group-001' })).toContain('CacheClusterNotFound')
  })
})

describe('a table that can be recovered', () => {
  const call = async (endpoint: string, operation: string, input: object) => {
    const credential = `test/20260101/${SANDBOX_REGION}/dynamodb/aws4_request`
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(input),
    })
    return answer.text()
  }
  const describeRecovery = async (endpoint: string) => {
    const TableName = 'table'
    await call(endpoint, 'CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    })
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 20 }
    await call(endpoint, 'UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification })
    return call(endpoint, 'DescribeContinuousBackups', { TableName })
  }

  test('forgets its days, and leaves no backup, in the bare emulator', async () => {
    expect(await describeRecovery(bare.endpoint), canGo('dynamodb-recovery-period.ts')).not.toContain('RecoveryPeriodInDays')
    await call(bare.endpoint, 'DeleteTable', { TableName: 'table' })
    expect(await call(bare.endpoint, 'ListBackups', { BackupType: 'ALL' }), canGo('dynamodb-last-backup.ts')).not.toContain('table')
  })

  test('knows its days, and leaves a backup when it is deleted', async () => {
    expect(await describeRecovery(sandbox.endpoint)).toContain('"RecoveryPeriodInDays":20')
    await call(sandbox.endpoint, 'DeleteTable', { TableName: 'table' })
    const dynamo = await mended.dynamoDb()
    const { BackupSummaries = [] } = await dynamo.send(new ListBackupsCommand({ BackupType: 'ALL' }))
    expect(BackupSummaries).toMatchObject([{ TableName: 'table', BackupType: 'SYSTEM' }])
    const { BackupDescription } = await dynamo.send(new DescribeBackupCommand({ BackupArn: BackupSummaries[0]?.BackupArn }))
    const days = ((BackupDescription?.BackupDetails?.BackupExpiryDateTime?.getTime() ?? 0) - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(35, 1)
    expect((await dynamo.send(new ListBackupsCommand({}))).BackupSummaries).toEqual([])
  })
})
