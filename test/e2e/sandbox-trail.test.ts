import {
  CreateTrailCommand,
  GetTrailStatusCommand,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  type Event,
} from '@aws-sdk/client-cloudtrail'
import { CreateLogGroupCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { CreateClusterCommand, DescribeClusterCommand, TagResourceCommand } from '@aws-sdk/client-eks'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
} from '@aws-sdk/client-iam'
import { CreateKeyCommand, EncryptCommand } from '@aws-sdk/client-kms'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AwsClients } from '../../src/lib/aws/clients.js'
import { execProgram } from '../../src/lib/core/exec.js'
import type { TrailRecord } from '../../src/lib/sandbox/cloudtrail/record.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import { deliverTrails } from '../../src/lib/sandbox/trail-files.js'
import { eventually, SANDBOX_REGION, sandboxPorts, settingsAt, TestSandbox } from '../helpers/sandbox.js'

const ACCOUNT = '000000000000'
const BUCKET = 'acme-trail'
const PREFIX = 'audit'

let sandbox: TestSandbox
let root: AwsClients
let alex: AwsClients
let session: AwsClients
let roleId: string
let kmsKeyArn: string

beforeAll(async () => {
  sandbox = await TestSandbox.start()
  root = sandbox.clients()
  alex = await userClients('alex')
  session = await roleClients('operators', 'sam@example.com')
  const { KeyMetadata } = await (await root.kms()).send(new CreateKeyCommand({}))
  kmsKeyArn = KeyMetadata?.Arn ?? ''
  for (const Bucket of ['names', 'watched', BUCKET]) await (await root.s3()).send(new CreateBucketCommand({ Bucket }))
  const resourcesVpcConfig = { subnetIds: [] }
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/cluster`
  await (await root.eks()).send(new CreateClusterCommand({ name: 'named', roleArn, resourcesVpcConfig, tags: { Owner: 'x' } }))
})
afterAll(async () => sandbox.remove())

function clientsWith(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  region = SANDBOX_REGION,
): AwsClients {
  return new AwsClients({ accountId: ACCOUNT, ...settingsAt(sandbox.endpoint, region), credentials })
}

async function userClients(UserName: string): Promise<AwsClients> {
  const iam = await root.iam()
  await iam.send(new CreateUserCommand({ UserName, Path: '/team/' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return clientsWith({ accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' })
}

async function roleClients(RoleName: string, RoleSessionName: string): Promise<AwsClients> {
  const principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` }
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] }
  const { Role } = await (
    await root.iam()
  ).send(new CreateRoleCommand({ RoleName, Path: '/ops/', AssumeRolePolicyDocument: JSON.stringify(trust) }))
  roleId = Role?.RoleId ?? ''
  const { Credentials } = await (await root.sts()).send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName }))
  return clientsWith({
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  })
}

/** Events of one name, the newest first. */
async function lookUp(name: string, region = SANDBOX_REGION): Promise<Event[]> {
  const client = await clientsWith({ accessKeyId: 'test', secretAccessKey: 'test' }, region).cloudTrail()
  const { Events } = await client.send(
    new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }], MaxResults: 50 }),
  )
  return Events ?? []
}

async function records(name: string, region = SANDBOX_REGION): Promise<TrailRecord[]> {
  return (await lookUp(name, region)).map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '') as TrailRecord)
}

describe('LookupEvents', () => {
  test('tells the user, the session of a role and root', async () => {
    for (const clients of [alex, session, root]) {
      await (await clients.eks()).send(new DescribeClusterCommand({ name: 'nobody' })).catch(() => undefined)
    }
    const [byRoot, bySession, byAlex] = await records('DescribeCluster')
    expect(byAlex).toMatchObject({
      eventVersion: '1.11',
      userIdentity: { type: 'IAMUser', userName: 'alex', arn: `arn:aws:iam::${ACCOUNT}:user/team/alex`, accountId: ACCOUNT },
      eventSource: 'eks.amazonaws.com',
      awsRegion: SANDBOX_REGION,
      sourceIPAddress: '127.0.0.1',
      userAgent: expect.stringContaining('aws-sdk-js') as string,
      errorCode: 'ResourceNotFoundException',
      requestParameters: { name: 'nobody' },
      responseElements: null,
      readOnly: true,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
    })
    expect(bySession?.userIdentity).toEqual({
      type: 'AssumedRole',
      principalId: `${roleId}:sam@example.com`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/operators/sam@example.com`,
      accountId: ACCOUNT,
      accessKeyId: expect.any(String) as string,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: roleId,
          arn: `arn:aws:iam::${ACCOUNT}:role/ops/operators`,
          accountId: ACCOUNT,
          userName: 'operators',
        },
        attributes: { creationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/) as string, mfaAuthenticated: 'false' },
      },
    })
    expect(byRoot?.userIdentity).toMatchObject({ type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root` })
  })

  test('shows what was asked for and what came of it, without secrets', async () => {
    const iam = await root.iam()
    await iam.send(new CreateUserCommand({ UserName: 'quiet' }))
    await iam.send(new CreateLoginProfileCommand({ UserName: 'quiet', Password: 'Sw0rdfish!' })).catch(() => undefined)
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'quiet' }))
    await (await root.kms()).send(new EncryptCommand({ KeyId: kmsKeyArn, Plaintext: Buffer.from('the plain text') }))
    const [key] = await records('CreateAccessKey', 'us-east-1')
    expect(key).toMatchObject({
      requestParameters: { userName: 'quiet' },
      responseElements: { accessKey: { userName: 'quiet', accessKeyId: AccessKey?.AccessKeyId, status: 'Active' } },
      readOnly: false,
    })
    const [profile] = await records('CreateLoginProfile', 'us-east-1')
    expect(profile?.requestParameters).toEqual({ userName: 'quiet', password: 'HIDDEN_DUE_TO_SECURITY_REASONS' })
    const [assumed] = await records('AssumeRole')
    expect(assumed).toMatchObject({
      requestParameters: { roleSessionName: 'sam@example.com' },
      responseElements: { credentials: { accessKeyId: expect.any(String) as string, sessionToken: 'HIDDEN_DUE_TO_SECURITY_REASONS' } },
      resources: [{ type: 'AWS::IAM::Role', ARN: `arn:aws:iam::${ACCOUNT}:role/ops/operators` }],
    })
    const [encrypted] = await records('Encrypt')
    expect(encrypted?.requestParameters).toMatchObject({ keyId: kmsKeyArn, plaintext: 'HIDDEN_DUE_TO_SECURITY_REASONS' })
    const everything = JSON.stringify([key, profile, assumed, encrypted])
    for (const secret of [AccessKey?.SecretAccessKey ?? '?', 'Sw0rdfish', Buffer.from('the plain text').toString('base64')])
      expect(everything).not.toContain(secret)
  })

  test('speaks the names of EC2, S3 and EKS', async () => {
    const ec2 = await root.ec2()
    const tags = [{ ResourceType: 'vpc' as const, Tags: [{ Key: 'Name', Value: 'one' }] }]
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16', TagSpecifications: tags }))
    await ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] })).catch(() => undefined)
    const [vpc] = await lookUp('CreateVpc')
    expect(vpc?.Resources).toContainEqual({ ResourceType: 'AWS::EC2::VPC', ResourceName: Vpc?.VpcId })
    expect((await records('CreateVpc'))[0]).toMatchObject({
      requestParameters: {
        cidrBlock: '10.9.0.0/16',
        tagSpecificationSet: { items: [{ resourceType: 'vpc', tags: [{ key: 'Name', value: 'one' }] }] },
      },
      responseElements: { vpc: { vpcId: Vpc?.VpcId, cidrBlock: '10.9.0.0/16' } },
    })
    expect((await records('DescribeVpcs'))[0]).toMatchObject({ errorCode: 'Client.InvalidVpcID.NotFound' })
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] })
    const s3 = await root.s3()
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'names', Policy })).catch(() => undefined)
    expect((await records('PutBucketPolicy'))[0]?.requestParameters).toMatchObject({
      bucketName: 'names',
      policy: '',
      bucketPolicy: { Version: '2012-10-17' },
    })
    const resourceArn = `arn:aws:eks:${SANDBOX_REGION}:${ACCOUNT}:cluster/named`
    await (await root.eks()).send(new TagResourceCommand({ resourceArn, tags: { Team: 'blue' } }))
    expect((await records('CreateCluster'))[0]).toMatchObject({
      requestParameters: { name: 'named', tags: { Owner: 'x' } },
      responseElements: { cluster: { name: 'named' } },
    })
    expect((await records('TagResource'))[0]?.requestParameters).toEqual({ resourceArn, tags: { Team: 'blue' } })
  })

  test('turns pages, and refuses what CloudTrail refuses', async () => {
    const client = await root.cloudTrail()
    const first = await client.send(new LookupEventsCommand({ MaxResults: 2 }))
    const second = await client.send(new LookupEventsCommand({ MaxResults: 2, NextToken: first.NextToken }))
    const ids = [...(first.Events ?? []), ...(second.Events ?? [])].map(({ EventId }) => EventId)
    expect(new Set(ids).size).toBe(4)
    const refused = async (input: LookupEventsCommandInput): Promise<string> =>
      client.send(new LookupEventsCommand(input)).then(
        () => 'taken',
        (error: unknown) => (error instanceof Error ? error.name : ''),
      )
    expect(await refused({ MaxResults: 51 })).toBe('InvalidMaxResultsException')
    expect(await refused({ StartTime: new Date(2000), EndTime: new Date(1000) })).toBe('InvalidTimeRangeException')
    expect(await refused({ NextToken: 'nonsense' })).toBe('InvalidNextTokenException')
    const past = await client.send(new LookupEventsCommand({ EndTime: new Date(Date.now() - 3_600_000) }))
    expect(past.Events).toEqual([])
  })

  test('finds events by user and by resource, and no data events', async () => {
    const client = await root.cloudTrail()
    const by = async (AttributeKey: 'Username' | 'ResourceName', AttributeValue: string): Promise<Array<string | undefined>> => {
      const { Events } = await client.send(new LookupEventsCommand({ LookupAttributes: [{ AttributeKey, AttributeValue }] }))
      return (Events ?? []).map(({ EventName }) => EventName)
    }
    expect(await by('Username', 'alex')).toEqual(['DescribeCluster'])
    expect(await by('Username', 'sam@example.com')).toEqual(['DescribeCluster'])
    expect(await by('ResourceName', 'named')).toContain('CreateCluster')
    expect(await records('PutObject')).toEqual([])
  })
})

describe('a trail that logs', () => {
  const trail = `arn:aws:cloudtrail:${SANDBOX_REGION}:${ACCOUNT}:trail/acme`
  const group = '/acme/trail'

  async function keys(kind: 'CloudTrail' | 'CloudTrail-Digest', region = SANDBOX_REGION): Promise<string[]> {
    const { Contents } = await (
      await root.s3()
    ).send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${PREFIX}/AWSLogs/${ACCOUNT}/${kind}/${region}/` }))
    return (Contents ?? []).map(({ Key }) => Key ?? '')
  }

  async function delivered(region = SANDBOX_REGION): Promise<TrailRecord[]> {
    const s3 = await root.s3()
    const all: TrailRecord[] = []
    for (const Key of await keys('CloudTrail', region)) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))
      all.push(
        ...(JSON.parse(gunzipSync((await Body?.transformToByteArray()) ?? '').toString('utf8')) as { Records: TrailRecord[] }).Records,
      )
    }
    return all
  }

  async function validate(): Promise<string> {
    const start = new Date(Date.now() - 3_600_000).toISOString()
    const { stdout, stderr } = await execProgram(
      'aws',
      ['cloudtrail', 'validate-logs', '--trail-arn', trail, '--start-time', start, '--verbose'],
      {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: process.env['HOME'] ?? '',
          AWS_ENDPOINT_URL: sandbox.endpoint,
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_DEFAULT_REGION: SANDBOX_REGION,
          AWS_EC2_METADATA_DISABLED: 'true',
        },
        okCodes: [0, 1],
      },
    )
    return stdout + stderr
  }

  beforeAll(async () => {
    const [cloudTrail, logs] = [await root.cloudTrail(), await root.logs()]
    await logs.send(new CreateLogGroupCommand({ logGroupName: group }))
    await cloudTrail.send(
      new CreateTrailCommand({
        Name: 'acme',
        S3BucketName: BUCKET,
        S3KeyPrefix: PREFIX,
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
        KmsKeyId: kmsKeyArn,
        CloudWatchLogsLogGroupArn: `arn:aws:logs:${SANDBOX_REGION}:${ACCOUNT}:log-group:${group}:*`,
        CloudWatchLogsRoleArn: `arn:aws:iam::${ACCOUNT}:role/ops/operators`,
      }),
    )
    await cloudTrail.send(new StartLoggingCommand({ Name: 'acme' }))
  })

  test('delivers records into its bucket by region, encrypted, and into its log group', async () => {
    await (await alex.iam()).send(new GetRoleCommand({ RoleName: 'operators' }))
    await (await alex.eks()).send(new DescribeClusterCommand({ name: 'named' }))
    await deliverTrails(sandboxPorts, sandbox.directory)
    const own = await delivered()
    expect(own.map(({ eventName }) => eventName)).toContain('DescribeCluster')
    expect(own.map(({ eventName }) => eventName)).not.toContain('CreateVpc')
    expect((await delivered('us-east-1')).filter(({ eventName }) => eventName === 'GetRole')).toMatchObject([
      { userIdentity: { userName: 'alex' } },
    ])
    const [first = ''] = await keys('CloudTrail')
    expect(first).toMatch(
      new RegExp(
        `^${PREFIX}/AWSLogs/${ACCOUNT}/CloudTrail/${SANDBOX_REGION}/\\d{4}/\\d\\d/\\d\\d/${ACCOUNT}_CloudTrail_${SANDBOX_REGION}_\\d{8}T\\d{4}Z_[A-Za-z0-9]{16}\\.json\\.gz$`,
      ),
    )
    const { ServerSideEncryption } = await (await root.s3()).send(new HeadObjectCommand({ Bucket: BUCKET, Key: first }))
    expect(ServerSideEncryption).toBe('aws:kms')
    const { events } = await (
      await root.logs()
    ).send(new GetLogEventsCommand({ logGroupName: group, logStreamName: `${ACCOUNT}_CloudTrail_${SANDBOX_REGION}`, startFromHead: true }))
    expect(events?.some(({ message }) => message?.includes('"eventName":"GetRole"'))).toBe(true)
    expect(await (await root.cloudTrail()).send(new GetTrailStatusCommand({ Name: 'acme' }))).toMatchObject({
      IsLogging: true,
      LatestDeliveryTime: expect.any(Date) as Date,
    })
  })

  test('delivers nothing twice and nothing of what its own deliveries call', async () => {
    await deliverTrails(sandboxPorts, sandbox.directory)
    const before = await delivered()
    const ids = before.map(({ eventID }) => eventID)
    expect(new Set(ids).size).toBe(ids.length)
    expect(before.filter(({ eventName }) => eventName === 'PutObject')).toEqual([])
  })

  test('has events of data where it selects them', async () => {
    const s3 = await root.s3()
    await s3.send(new PutObjectCommand({ Bucket: 'watched', Key: 'before', Body: 'x' }))
    await (
      await root.cloudTrail()
    ).send(
      new PutEventSelectorsCommand({
        TrailName: 'acme',
        AdvancedEventSelectors: [
          { Name: 'management', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
          {
            Name: 'watched',
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
              { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::watched/'] },
              { Field: 'readOnly', Equals: ['false'] },
            ],
          },
        ],
      }),
    )
    await deliverTrails(sandboxPorts, sandbox.directory)
    await s3.send(new PutObjectCommand({ Bucket: 'watched', Key: 'after', Body: 'x' }))
    await s3.send(new PutObjectCommand({ Bucket: 'names', Key: 'elsewhere', Body: 'x' }))
    await (await s3.send(new GetObjectCommand({ Bucket: 'watched', Key: 'after' }))).Body?.transformToString()
    await deliverTrails(sandboxPorts, sandbox.directory)
    const data = (await delivered()).filter(({ eventCategory }) => eventCategory === 'Data')
    expect(data).toMatchObject([
      {
        eventName: 'PutObject',
        managementEvent: false,
        requestParameters: { bucketName: 'watched', key: 'after' },
        resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::watched/after' }, {}],
      },
    ])
  })

  test('is found sound by aws cloudtrail validate-logs, until somebody changes a file', async () => {
    await deliverTrails(sandboxPorts, sandbox.directory, { digest: true })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await (await alex.eks()).send(new DescribeClusterCommand({ name: 'named' }))
    await deliverTrails(sandboxPorts, sandbox.directory, { digest: true })
    expect(await keys('CloudTrail-Digest')).toHaveLength(2)
    const sound = await validate()
    expect(sound).toMatch(/2\/2 digest files valid/)
    expect(sound).not.toContain('INVALID')
    const files = await keys('CloudTrail')
    expect(sound).toContain(`${files.length}/${files.length} log files valid`)
    const s3 = await root.s3()
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: files[0] }))
    const kept = await Body?.transformToByteArray()
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: files[0] }))
    expect(await validate()).toContain('INVALID: not found')
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: files[0], Body: kept ?? '' }))
  })

  test('goes on after down and up, with everybody still known by name', async () => {
    await (await session.eks()).send(new DescribeClusterCommand({ name: 'named' }))
    await stopSandbox(sandboxPorts, sandbox.directory)
    await sandbox.up()
    const atEnd = (await delivered()).filter(
      ({ eventName, userIdentity }) => eventName === 'DescribeCluster' && userIdentity.type === 'AssumedRole',
    )
    expect(atEnd).toHaveLength(1)
    await (await session.eks()).send(new DescribeClusterCommand({ name: 'named' }))
    await deliverTrails(sandboxPorts, sandbox.directory, { digest: true })
    const after = (await delivered()).filter(
      ({ eventName, userIdentity }) => eventName === 'DescribeCluster' && userIdentity.type === 'AssumedRole',
    )
    expect(after).toHaveLength(2)
    expect(await validate()).not.toContain('INVALID')
    expect((await records('DescribeCluster')).length).toBeGreaterThan(5)
  })

  test('gets its last files when it stops', async () => {
    const cloudTrail = await root.cloudTrail()
    await cloudTrail.send(new StopLoggingCommand({ Name: 'acme' }))
    await eventually('the end is delivered', async () => (await delivered()).some(({ eventName }) => eventName === 'StopLogging'))
    const count = (await keys('CloudTrail')).length
    await (await alex.eks()).send(new DescribeClusterCommand({ name: 'named' }))
    await deliverTrails(sandboxPorts, sandbox.directory)
    expect(await keys('CloudTrail')).toHaveLength(count)
  })
})
