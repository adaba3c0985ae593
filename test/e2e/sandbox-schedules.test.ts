import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { CreateAccessEntryCommand, CreateClusterCommand, ListAccessEntriesCommand } from '@aws-sdk/client-eks'
import { CreateRoleCommand, CreateUserCommand, GetUserCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TrailRecord } from '../../src/lib/sandbox/cloudtrail/record.js'
import { Upstream } from '../../src/lib/sandbox/gateway/upstream.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import { eventually, SANDBOX_REGION, sandboxPorts, TestSandbox } from '../helpers/sandbox.js'
import { startEmulator, type Emulator } from './modules/workbench.js'

const ACCOUNT = '000000000000'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/revoker`

let sandbox: TestSandbox
let gateway: Upstream

beforeAll(async () => {
  sandbox = await TestSandbox.start()
  gateway = new Upstream(async () => Number(new URL(sandbox.endpoint).port))
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/cluster`
  const accessConfig = { authenticationMode: 'API' as const, bootstrapClusterCreatorAdminPermissions: false }
  const eks = await sandbox.clients().eks()
  await eks.send(new CreateClusterCommand({ name: 'dev', roleArn, resourcesVpcConfig: { subnetIds: [] }, accessConfig }))
  await makeRole('revoker', 'scheduler.amazonaws.com')
  const iam = await sandbox.clients().iam()
  const statement = [
    { Effect: 'Allow', Action: 'eks:DeleteAccessEntry', Resource: `arn:aws:eks:${SANDBOX_REGION}:${ACCOUNT}:access-entry/dev/*` },
    { Effect: 'Allow', Action: 'iam:DeleteUser', Resource: `arn:aws:iam::${ACCOUNT}:user/temporary/*` },
  ]
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'revoker', PolicyName: 'revoke', PolicyDocument }))
})
afterAll(async () => {
  gateway.close()
  await sandbox.remove()
})

async function makeRole(RoleName: string, Service: string): Promise<void> {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }] }
  const iam = await sandbox.clients().iam()
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }))
}

async function call(
  service: string,
  method: string,
  url: string,
  body: unknown,
  target?: string,
  to = gateway,
): Promise<Record<string, unknown>> {
  const rawHeaders = [
    'content-type',
    target === undefined ? 'application/json' : 'application/x-amz-json-1.0',
    ...(target === undefined ? [] : ['x-amz-target', target]),
  ]
  const text = body === undefined ? '' : JSON.stringify(body)
  const answer = await to.sendAsRoot({ method, url, rawHeaders, body: Buffer.from(text) }, service, SANDBOX_REGION)
  const said = answer.body.toString('utf8')
  if (answer.status >= 300) throw Object.assign(new Error(said), { status: answer.status })
  return said === '' ? {} : (JSON.parse(said) as Record<string, unknown>)
}

interface Wanted {
  target: string
  input?: Record<string, unknown>
  role?: string
  inSeconds?: number
  expression?: string
  deadLetters?: string
  afterwards?: 'DELETE' | 'NONE'
}

async function schedule(
  name: string,
  { afterwards = 'DELETE', deadLetters, expression, inSeconds = 1, input = {}, role = ROLE, target }: Wanted,
  to = gateway,
): Promise<void> {
  const at = new Date(Date.now() + inSeconds * 1000).toISOString().slice(0, 19)
  await call(
    'scheduler',
    'POST',
    `/schedules/${name}`,
    {
      ScheduleExpression: expression ?? `at(${at})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: afterwards,
      Target: {
        Arn: target,
        RoleArn: role,
        Input: JSON.stringify(input),
        ...(deadLetters !== undefined && { DeadLetterConfig: { Arn: deadLetters } }),
      },
    },
    undefined,
    to,
  )
}

async function isThere(name: string): Promise<boolean> {
  return call('scheduler', 'GET', `/schedules/${name}`, undefined).then(
    () => true,
    () => false,
  )
}

async function entries(): Promise<string[]> {
  const { accessEntries } = await (await sandbox.clients().eks()).send(new ListAccessEntriesCommand({ clusterName: 'dev' }))
  return accessEntries ?? []
}

async function user(UserName: string, Path = '/temporary/'): Promise<string> {
  const { User } = await (await sandbox.clients().iam()).send(new CreateUserCommand({ UserName, Path }))
  return User?.Arn ?? ''
}

async function userIsGone(UserName: string): Promise<boolean> {
  return (await sandbox.clients().iam()).send(new GetUserCommand({ UserName })).then(
    () => false,
    () => true,
  )
}

async function records(name: string, region = SANDBOX_REGION): Promise<TrailRecord[]> {
  const { AwsClients } = await import('../../src/lib/aws/clients.js')
  const { connection } = sandbox.clients()
  const client = await new AwsClients({ ...connection, region }).cloudTrail()
  const { Events } = await client.send(new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }] }))
  return (Events ?? []).map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '') as TrailRecord)
}

async function queue(QueueName: string): Promise<string> {
  await call('sqs', 'POST', '/', { QueueName }, 'AmazonSQS.CreateQueue')
  return `arn:aws:sqs:${SANDBOX_REGION}:${ACCOUNT}:${QueueName}`
}

interface Message {
  Body: string
  MessageAttributes?: Record<string, { StringValue: string }>
}

async function messages(QueueName: string): Promise<Message[]> {
  const { QueueUrl } = await call('sqs', 'POST', '/', { QueueName }, 'AmazonSQS.GetQueueUrl')
  const { Messages } = await call(
    'sqs',
    'POST',
    '/',
    { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], VisibilityTimeout: 0 },
    'AmazonSQS.ReceiveMessage',
  )
  return (Messages ?? []) as Message[]
}

const DELETE_ENTRY = 'arn:aws:scheduler:::aws-sdk:eks:deleteAccessEntry'
const DELETE_USER = 'arn:aws:scheduler:::aws-sdk:iam:deleteUser'

describe('a universal target', () => {
  let bare: Emulator
  beforeAll(async () => {
    bare = await startEmulator()
  })
  afterAll(async () => bare.stop())

  test('is called by nobody in the bare emulator', async () => {
    const reason = 'The emulator has closed this gap: remove src/lib/sandbox/schedules and this test.'
    const emulator = new Upstream(async () => Number(new URL(bare.endpoint).port))
    try {
      const iam = await bare.clients.iam()
      await iam.send(new CreateUserCommand({ UserName: 'stays' }))
      await schedule('nothing', { target: DELETE_USER, input: { UserName: 'stays' } }, emulator)
      await eventually('it counts as done', async () =>
        call('scheduler', 'GET', '/schedules/nothing', undefined, undefined, emulator).then(
          () => false,
          () => true,
        ),
      )
      expect((await iam.send(new GetUserCommand({ UserName: 'stays' }))).User, reason).toBeDefined()
    } finally {
      emulator.close()
    }
  })

  test('removes an access entry at its time, as the role of the schedule, and CloudTrail says so', async () => {
    const principalArn = await user('visitor')
    await (await sandbox.clients().eks()).send(new CreateAccessEntryCommand({ clusterName: 'dev', principalArn }))
    await schedule('revoke', { target: DELETE_ENTRY, input: { ClusterName: 'dev', PrincipalArn: principalArn }, inSeconds: 3 })
    expect(await entries()).toContain(principalArn)
    await eventually('the entry goes', async () => !(await entries()).includes(principalArn))
    await eventually('the schedule goes', async () => !(await isThere('revoke')))
    const [deleted] = await records('DeleteAccessEntry')
    expect(deleted).toMatchObject({
      userIdentity: {
        type: 'AssumedRole',
        sessionContext: { sessionIssuer: { arn: ROLE, userName: 'revoker' } },
        invokedBy: 'scheduler.amazonaws.com',
      },
      sourceIPAddress: 'scheduler.amazonaws.com',
      userAgent: 'scheduler.amazonaws.com',
      requestParameters: { name: 'dev', principalArn },
    })
    expect(deleted?.errorCode).toBeUndefined()
    const [assumed] = await records('AssumeRole')
    expect(assumed).toMatchObject({
      userIdentity: { type: 'AWSService', invokedBy: 'scheduler.amazonaws.com' },
      requestParameters: { roleArn: ROLE },
      responseElements: { credentials: { accessKeyId: deleted?.userIdentity.accessKeyId } },
    })
  })

  test('calls IAM once', async () => {
    await user('guest')
    await schedule('guest', { target: DELETE_USER, input: { UserName: 'guest' }, afterwards: 'NONE' })
    await eventually('the user goes', async () => userIsGone('guest'))
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(await isThere('guest')).toBe(true)
    expect(
      (await records('DeleteUser', 'us-east-1')).filter(({ requestParameters }) => requestParameters?.['userName'] === 'guest'),
    ).toHaveLength(1)
  })

  test('that is due while the sandbox is down is called when it is up', async () => {
    await user('overnight')
    await schedule('overnight', { target: DELETE_USER, input: { UserName: 'overnight' }, inSeconds: 4 })
    await stopSandbox(sandboxPorts, sandbox.directory)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await sandbox.up()
    await eventually('the user goes', async () => userIsGone('overnight'))
    expect(await isThere('overnight')).toBe(false)
  })

  test('that was deleted is not called', async () => {
    await user('spared')
    await schedule('spared', { target: DELETE_USER, input: { UserName: 'spared' }, inSeconds: 2 })
    await call('scheduler', 'DELETE', '/schedules/spared', undefined)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(await userIsGone('spared')).toBe(false)
  })

  test('of a rate begins at once', async () => {
    await user('often')
    await schedule('often', { target: DELETE_USER, input: { UserName: 'often' }, expression: 'rate(1 hour)', afterwards: 'NONE' })
    await eventually('the user goes', async () => userIsGone('often'))
    await call('scheduler', 'DELETE', '/schedules/often', undefined)
  })
})

describe('a target that fails', () => {
  test.each([
    ['a role that does not trust Scheduler', 'stranger', 'temporary', /must allow AWS EventBridge Scheduler to assume the role/],
    ['a role that may not do it', 'revoker', 'staff', /not authorized to perform: iam:DeleteUser on resource: .*user\/staff/],
  ])('because of %s goes to the dead-letter queue, and nothing happens', async (_, role, folder, message) => {
    if (role === 'stranger') await makeRole(role, 'events.amazonaws.com')
    const name = `kept-${role}`
    await user(name, `/${folder}/`)
    const deadLetters = await queue(name)
    await schedule(name, { target: DELETE_USER, input: { UserName: name }, role: `arn:aws:iam::${ACCOUNT}:role/${role}`, deadLetters })
    await eventually('the message arrives', async () => (await messages(name)).length > 0)
    const [letter] = await messages(name)
    expect(letter?.Body).toBe(JSON.stringify({ UserName: name }))
    expect(letter?.MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('AccessDeniedException')
    expect(letter?.MessageAttributes?.['ERROR_MESSAGE']?.StringValue).toMatch(message)
    expect(await userIsGone(name)).toBe(false)
  })

  test('because the call is refused goes there with the error of the service', async () => {
    const deadLetters = await queue('refused')
    await schedule('refused', {
      target: DELETE_USER,
      input: { UserName: 'temporary-nobody' },
      role: await roleForEverything(),
      deadLetters,
    })
    await eventually('the message arrives', async () => (await messages('refused')).length > 0)
    expect((await messages('refused'))[0]?.MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('NoSuchEntity')
  })

  async function roleForEverything(): Promise<string> {
    await makeRole('everything', 'scheduler.amazonaws.com')
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
    await (await sandbox.clients().iam()).send(new PutRolePolicyCommand({ RoleName: 'everything', PolicyName: 'all', PolicyDocument }))
    return `arn:aws:iam::${ACCOUNT}:role/everything`
  }
})

test('a target that the emulator calls itself is called once', async () => {
  const target = await queue('plain')
  await schedule('plain', { target, input: { hello: 'world' } })
  await eventually('the message arrives', async () => (await messages('plain')).length > 0)
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(await messages('plain')).toHaveLength(1)
})
