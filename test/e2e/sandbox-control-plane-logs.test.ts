import { DescribeLogStreamsCommand, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  UpdateClusterConfigCommand,
  waitUntilClusterActive,
  type Cluster,
} from '@aws-sdk/client-eks'
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemProcesses } from '../../src/lib/core/processes.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import { kubectlAs, type Identity } from '../helpers/kubectl.js'
import { eventually, findKubectl, SANDBOX_REGION, sandboxPorts, TestSandbox } from '../helpers/sandbox.js'

const ACCOUNT = '000000000000'
const GROUP = '/aws/eks/dev/cluster'
const PATIENCE = 60_000

let sandbox: TestSandbox
let as: ReturnType<typeof kubectlAs>
let dev: Cluster
let alex: Identity

beforeAll(async () => {
  sandbox = await TestSandbox.create()
  await sandbox.up({ kubernetes: true })
  as = kubectlAs(await findKubectl(), sandbox.directory, sandbox.endpoint, SANDBOX_REGION)
  const ec2 = await sandbox.clients().ec2()
  const vpc = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpc.Vpc?.VpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: `${SANDBOX_REGION}a` }),
  )
  const eks = await sandbox.clients().eks()
  await eks.send(
    new CreateClusterCommand({
      name: 'dev',
      version: '1.35',
      roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
      resourcesVpcConfig: { subnetIds: [Subnet?.SubnetId ?? ''] },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      logging: { clusterLogging: [{ enabled: true, types: ['audit', 'authenticator'] }] },
    }),
  )
  await waitUntilClusterActive({ client: eks, maxWaitTime: 180, minDelay: 0.5, maxDelay: 0.5 }, { name: 'dev' })
  dev = await cluster()
  alex = await makeUser('alex')
  const principalArn = `arn:aws:iam::${ACCOUNT}:user/alex`
  await eks.send(new CreateAccessEntryCommand({ clusterName: 'dev', principalArn }))
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
  await eks.send(new AssociateAccessPolicyCommand({ clusterName: 'dev', principalArn, policyArn, accessScope: { type: 'cluster' } }))
}, 240_000)
afterAll(async () => sandbox.remove())

async function cluster(): Promise<Cluster> {
  const { cluster: found } = await (await sandbox.clients().eks()).send(new DescribeClusterCommand({ name: 'dev' }))
  if (!found) throw new Error('no cluster')
  return found
}

async function makeUser(UserName: string): Promise<Identity> {
  const iam = await sandbox.clients().iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

/** Everything that the group has of a kind of stream. */
async function delivered(prefix: string): Promise<string[]> {
  const messages: string[] = []
  const input = { logGroupName: GROUP, logStreamNamePrefix: prefix }
  for await (const page of paginateFilterLogEvents({ client: await sandbox.clients().logs() }, input)) {
    messages.push(...(page.events ?? []).map(({ message }) => message ?? ''))
  }
  return messages
}

async function streams(): Promise<string[]> {
  const { logStreams } = await (await sandbox.clients().logs()).send(new DescribeLogStreamsCommand({ logGroupName: GROUP }))
  return (logStreams ?? []).map(({ logStreamName }) => logStreamName ?? '').sort()
}

interface AuditEvent {
  auditID: string
  stage: string
  requestURI: string
  user: { username: string; extra?: Record<string, string[]> }
}

const eventKey = ({ auditID, stage }: AuditEvent): string => `${auditID} ${stage}`
const read = (line: string): AuditEvent => JSON.parse(line) as AuditEvent

describe('the logs of a control plane', () => {
  test('say in CloudWatch Logs who asked for what, with the principal of IAM', async () => {
    expect((await as(dev, alex, ['get', 'configmaps', '-n', 'default'])).exitCode).toBe(0)
    const found = async (): Promise<AuditEvent | undefined> =>
      (await delivered('kube-apiserver-audit-')).map(read).find(({ requestURI }) => requestURI.includes('/namespaces/default/configmaps?'))
    await eventually('the event arrives', async () => (await found()) !== undefined, PATIENCE)
    expect((await found())?.user).toMatchObject({
      username: `arn:aws:iam::${ACCOUNT}:user/alex`,
      extra: { arn: [`arn:aws:iam::${ACCOUNT}:user/alex`], accessKeyId: [alex.accessKeyId], sessionName: [''] },
    })
  })

  test('say whose token was taken and whose was not', async () => {
    const eve = await makeUser('eve')
    expect((await as(dev, eve, ['get', 'configmaps'])).output).toMatch(/Unauthorized|must be logged in/)
    const lines = async (text: string): Promise<string[]> => (await delivered('authenticator-')).filter((line) => line.includes(text))
    await eventually('the refusal arrives', async () => (await lines('access denied')).length > 0, PATIENCE)
    expect((await lines('access granted'))[0]).toMatch(
      new RegExp(
        `^time="[^"]+" level=info msg="access granted" arn="arn:aws:iam::${ACCOUNT}:user/alex" client=\\S+ groups=.* username="arn:aws:iam::${ACCOUNT}:user/alex"$`,
      ),
    )
    expect((await lines('access denied'))[0]).toContain(`arn="arn:aws:iam::${ACCOUNT}:user/eve"`)
    expect((await lines('access denied'))[0]).toContain('error="ARN is not mapped"')
  })

  test('are those that the cluster has switched on', async () => {
    expect(await streams()).toEqual([
      expect.stringMatching(/^authenticator-[0-9a-f]{32}$/),
      expect.stringMatching(/^kube-apiserver-audit-[0-9a-f]{32}$/),
    ])
    const eks = await sandbox.clients().eks()
    await eks.send(
      new UpdateClusterConfigCommand({
        name: 'dev',
        logging: { clusterLogging: [{ enabled: true, types: ['audit', 'authenticator', 'api'] }] },
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, 4000))
    const { supervisor } = await sandbox.record()
    expect(await systemProcesses.isAlive(supervisor)).toBe(true)
    await stopSandbox(sandboxPorts, sandbox.directory)
    await sandbox.up()
    await eventually(
      'the log of the API server begins',
      async () => (await streams()).some((name) => /^kube-apiserver-[0-9a-f]{32}$/.test(name)),
      PATIENCE,
    )
  })

  test('lose nothing and double nothing over down and up', async () => {
    await eventually(
      'the API server is back',
      async () => (await as(dev, alex, ['get', 'configmaps', '-n', 'default'])).exitCode === 0,
      PATIENCE,
    )
    await stopSandbox(sandboxPorts, sandbox.directory)
    await sandbox.up()
    const folder = path.join(sandboxFolders(sandbox.directory).logs, 'clusters', 'dev')
    const names = (await readdir(folder)).filter((name) => name.startsWith('audit'))
    const before: string[] = []
    for (const name of names) {
      for (const line of (await readFile(path.join(folder, name), 'utf8')).split('\n')) if (line !== '') before.push(eventKey(read(line)))
    }
    const wanted = before.slice(0, -1)
    let arrived: string[] = []
    await eventually(
      'everything arrives',
      async () => {
        arrived = (await delivered('kube-apiserver-audit-')).map((line) => eventKey(read(line)))
        const all = new Set(arrived)
        return wanted.every((key) => all.has(key))
      },
      PATIENCE,
    )
    expect(wanted.length).toBeGreaterThan(100)
    expect(arrived).toHaveLength(new Set(arrived).size)
  })

  test('stay when the cluster goes, with its last lines', async () => {
    const has = async (): Promise<boolean> => (await as(dev, alex, ['get', 'pods', '-n', 'last-words'])).exitCode === 0
    await eventually('the API server is back', has, PATIENCE)
    await (await sandbox.clients().eks()).send(new DeleteClusterCommand({ name: 'dev' }))
    await eventually(
      'the last lines arrive',
      async () => (await delivered('kube-apiserver-audit-')).some((line) => line.includes('/namespaces/last-words/')),
      PATIENCE,
    )
  })
})
