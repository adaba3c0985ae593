import { AccessAnalyzerClient, CreateAnalyzerCommand, GetAnalyzerCommand } from '@aws-sdk/client-accessanalyzer'
import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ListTagsForResourceCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import { sandboxPorts, settingsAt, TestSandbox, SANDBOX_REGION } from '../helpers/sandbox.js'
import { startEmulator, type Emulator } from './modules/workbench.js'

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

function canGo(what: string): string {
  return `The emulator has closed this gap: remove ${what} and this test.`
}

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
}

/** A call as a tool writes it that knows nothing of SDKs. */
function call(
  endpoint: string,
  service: string,
  options: { method?: string; path?: string; host?: string; headers?: Record<string, string>; body?: string; key?: string },
): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(endpoint)
  const scope = `${options.key ?? 'test'}/20260101/${SANDBOX_REGION}/${service}/aws4_request`
  const headers = {
    host: options.host ?? host,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method: options.method ?? 'POST', path: options.path ?? '/', headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

const instance = {
  DBInstanceIdentifier: 'main',
  Engine: 'postgres',
  EngineVersion: '17',
  DBInstanceClass: 'db.t4g.medium',
  AllocatedStorage: 20,
}

describe('databases', () => {
  async function subnetGroup(): Promise<string> {
    const ec2 = await mended.ec2()
    const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }))).Vpc?.VpcId
    const subnets = await Promise.all(
      ['a', 'b'].map((zone, index) =>
        ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: `10.8.${index}.0/24`, AvailabilityZone: SANDBOX_REGION + zone })),
      ),
    )
    const SubnetIds = subnets.flatMap(({ Subnet }) => Subnet?.SubnetId ?? [])
    await (
      await mended.rds()
    ).send(new CreateDBSubnetGroupCommand({ DBSubnetGroupName: 'dbs', DBSubnetGroupDescription: 'dbs', SubnetIds }))
    return 'dbs'
  }

  test('are not made by the bare emulator', async () => {
    const made = (await bare.clients.rds()).send(new CreateDBInstanceCommand(instance))
    expect(await outcome(made), canGo('src/lib/sandbox/services/rds')).not.toBe('done')
  })

  test('are kept with their password in a secret, protected, and survive a stop', async () => {
    const rds = await mended.rds()
    const DBSubnetGroupName = await subnetGroup()
    const { DBInstance } = await rds.send(
      new CreateDBInstanceCommand({
        ...instance,
        DBSubnetGroupName,
        MasterUsername: 'app',
        ManageMasterUserPassword: true,
        MaxAllocatedStorage: 100,
        DeletionProtection: true,
        EnableCloudwatchLogsExports: ['postgresql', 'upgrade'],
        Tags: [{ Key: 'team', Value: 'blue' }],
      }),
    )
    expect(DBInstance).toMatchObject({ DBInstanceStatus: 'creating', EngineVersion: expect.stringMatching(/^17\.\d+$/) as string })
    expect(await outcome(rds.send(new CreateDBInstanceCommand(instance)))).toBe('DBInstanceAlreadyExistsFault')

    await stopSandbox(sandboxPorts, sandbox.directory)
    await sandbox.up()
    const byId = new DescribeDBInstancesCommand({ Filters: [{ Name: 'dbi-resource-id', Values: [DBInstance?.DbiResourceId ?? ''] }] })
    const [found] = (await rds.send(byId)).DBInstances ?? []
    expect(found).toMatchObject({
      DBInstanceStatus: 'available',
      MaxAllocatedStorage: 100,
      DBSubnetGroup: { DBSubnetGroupName },
      EnabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
      MasterUserSecret: { SecretStatus: 'active', SecretArn: expect.stringContaining(':secretsmanager:') as string },
      Endpoint: { Port: 5432 },
    })
    const tags = await rds.send(new ListTagsForResourceCommand({ ResourceName: found?.DBInstanceArn }))
    expect(tags.TagList).toEqual([{ Key: 'team', Value: 'blue' }])

    const { DBInstanceIdentifier } = instance
    const refused = rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }))
    expect(await outcome(refused)).toBe('InvalidParameterCombination')
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false }))
    expect(await outcome(rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier })))).toBe('InvalidParameterCombination')
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, FinalDBSnapshotIdentifier: 'main-final' }))
    expect(await outcome(rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier })))).toBe('DBInstanceNotFoundFault')
    const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ DBInstanceIdentifier }))
    expect(DBSnapshots).toMatchObject([{ DBSnapshotIdentifier: 'main-final', Status: 'available' }])
  })

  test('are refused where AWS refuses them', async () => {
    const rds = await mended.rds()
    const refusal = (more: object) => outcome(rds.send(new CreateDBInstanceCommand({ ...instance, ...more })))
    await expect(refusal({ DBInstanceIdentifier: '-bad' })).resolves.toBe('InvalidParameterValue')
    await expect(refusal({ DBSubnetGroupName: 'missing' })).resolves.toBe('DBSubnetGroupNotFoundFault')
    await expect(refusal({ DBParameterGroupName: 'missing' })).resolves.toBe('DBParameterGroupNotFoundFault')
    await expect(refusal({ DBClusterIdentifier: 'missing' })).resolves.toBe('DBClusterNotFoundFault')
    await expect(refusal({ StorageEncrypted: true, KmsKeyId: 'missing' })).resolves.toBe('KMSKeyNotAccessibleFault')
  })

  test('of a cluster are its members', async () => {
    const rds = await mended.rds()
    const cluster = { DBClusterIdentifier: 'aurora' }
    await rds.send(
      new CreateDBClusterCommand({
        ...cluster,
        Engine: 'aurora-postgresql',
        EngineVersion: '16.6',
        MasterUsername: 'app',
        ManageMasterUserPassword: true,
      }),
    )
    for (const DBInstanceIdentifier of ['aurora-1', 'aurora-2'])
      await rds.send(
        new CreateDBInstanceCommand({ ...cluster, DBInstanceIdentifier, Engine: 'aurora-postgresql', DBInstanceClass: 'db.serverless' }),
      )
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand(cluster))
    expect(DBClusters?.[0]?.DBClusterMembers).toMatchObject([
      { DBInstanceIdentifier: 'aurora-1', IsClusterWriter: true },
      { DBInstanceIdentifier: 'aurora-2', IsClusterWriter: false },
    ])
    const remove = () => outcome(rds.send(new DeleteDBClusterCommand({ ...cluster, SkipFinalSnapshot: true })))
    await expect(remove()).resolves.toBe('InvalidDBClusterStateFault')
    for (const DBInstanceIdentifier of ['aurora-1', 'aurora-2'])
      await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }))
    await expect(remove()).resolves.toBe('done')
  })

  test('are for every caller whose signature is right', async () => {
    const iam = await mended.iam()
    await iam.send(new CreateUserCommand({ UserName: 'dba' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'dba' }))
    const describe = (secretAccessKey: string) => {
      const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey }
      return outcome(new RDSClient({ ...settingsAt(sandbox.endpoint), credentials }).send(new DescribeDBInstancesCommand({})))
    }
    await expect(describe(AccessKey?.SecretAccessKey ?? '')).resolves.toBe('done')
    await expect(describe('wrong')).resolves.toBe('SignatureDoesNotMatch')
  })

  test('are not for keys that nobody knows', async () => {
    const body = 'Action=DescribeDBInstances&Version=2014-10-31'
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    await expect(call(sandbox.endpoint, 'rds', { body, headers, key: 'AKIAUNKNOWN' })).resolves.toMatchObject({ status: 403 })
    await expect(call(sandbox.endpoint, 'rds', { body, headers })).resolves.toMatchObject({ status: 200 })
  })
})

describe('Access Analyzer', () => {
  const analyzer = { analyzerName: 'external', type: 'ACCOUNT' } as const

  test('is not in the bare emulator', async () => {
    const made = (await bare.clients.accessAnalyzer()).send(new CreateAnalyzerCommand(analyzer))
    expect(await outcome(made), canGo('src/lib/sandbox/services/access-analyzer.ts')).not.toBe('done')
  })

  test('keeps one analyzer for each region', async () => {
    const client = await mended.accessAnalyzer()
    const { arn } = await client.send(new CreateAnalyzerCommand({ ...analyzer, tags: { team: 'green' } }))
    await expect(client.send(new GetAnalyzerCommand({ analyzerName: 'external' }))).resolves.toMatchObject({
      analyzer: { arn, status: 'ACTIVE' },
    })
    await expect(outcome(client.send(new CreateAnalyzerCommand({ ...analyzer, analyzerName: 'other' })))).resolves.toBe(
      'ServiceQuotaExceededException',
    )
    const elsewhere = new AccessAnalyzerClient(settingsAt(sandbox.endpoint, 'eu-central-1'))
    await expect(outcome(elsewhere.send(new GetAnalyzerCommand({ analyzerName: 'external' })))).resolves.toBe('ResourceNotFoundException')
    const { ResourceTagMappingList } = await (
      await mended.tagging()
    ).send(new GetResourcesCommand({ TagFilters: [{ Key: 'team', Values: ['green'] }] }))
    expect(ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN)).toEqual([arn])
  })
})

describe('budgets', () => {
  const budgetCall = (endpoint: string, operation: string, input: object) =>
    call(endpoint, 'budgets', {
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSBudgetServiceGateway.${operation}` },
      body: JSON.stringify({ AccountId: '000000000000', ...input }),
    })
  const Budget = { BudgetName: 'monthly', BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: '100', Unit: 'USD' } }
  const Notification = { ComparisonOperator: 'GREATER_THAN', NotificationType: 'ACTUAL', Threshold: 80 }
  const Subscribers = [{ SubscriptionType: 'EMAIL', Address: 'a@example.com' }]

  test('are not in the bare emulator', async () => {
    expect((await budgetCall(bare.endpoint, 'DescribeBudgets', {})).status, canGo('src/lib/sandbox/services/budgets.ts')).not.toBe(200)
  })

  test('are kept with who is told', async () => {
    const ask = async (operation: string, input: object) =>
      JSON.parse((await budgetCall(sandbox.endpoint, operation, input)).text) as unknown
    await ask('CreateBudget', { Budget, NotificationsWithSubscribers: [{ Notification, Subscribers }] })
    const { BudgetName } = Budget
    await expect(ask('DescribeBudget', { BudgetName })).resolves.toMatchObject({ Budget: { BudgetLimit: { Amount: '100.0' } } })
    await expect(ask('DescribeSubscribersForNotification', { BudgetName, Notification })).resolves.toEqual({ Subscribers })
    await expect(budgetCall(sandbox.endpoint, 'CreateBudget', { Budget })).resolves.toMatchObject({ status: 400 })
    await ask('DeleteBudget', { BudgetName })
    await expect(ask('DescribeBudget', { BudgetName })).resolves.toMatchObject({ __type: 'NotFoundException' })
  })
})

describe('the public access block of the account', () => {
  const path = '/v20180820/configuration/publicAccessBlock'
  const body = '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>'

  test('is not in the bare emulator', async () => {
    const { text } = await call(bare.endpoint, 's3', { method: 'GET', path, headers: { 'x-amz-account-id': '000000000000' } })
    expect(text, canGo('src/lib/sandbox/services/s3-control.ts')).not.toContain('PublicAccessBlockConfiguration')
  })

  test('is kept, and reached through the gateway as a proxy, which leads nowhere else', async () => {
    const host = `000000000000.${new URL(sandbox.endpoint).host}`
    const through = (method: string, url = `http://${host}${path}`) =>
      call(sandbox.endpoint, 's3', { method, path: url, host, body: method === 'PUT' ? body : '' })
    await expect(through('GET')).resolves.toMatchObject({
      status: 404,
      text: expect.stringMatching(/<ErrorResponse><Error>.*<Code>NoSuchPublicAccessBlockConfiguration</) as string,
    })
    await expect(through('PUT')).resolves.toMatchObject({ status: 200 })
    const { text } = await through('GET')
    expect(text).toContain('<BlockPublicAcls>true</BlockPublicAcls>')
    expect(text).toContain('<IgnorePublicAcls>false</IgnorePublicAcls>')
    await expect(through('DELETE')).resolves.toMatchObject({ status: 204 })
    await expect(through('GET', 'http://example.com/')).resolves.toMatchObject({ status: 403 })
    await expect(through('GET', `http://127.0.0.1:1${path}`)).resolves.toMatchObject({ status: 403 })
  })
})
