import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  DeleteAccessEntryCommand,
  DescribeClusterCommand,
  DisassociateAccessPolicyCommand,
  waitUntilClusterActive,
  type Cluster,
} from '@aws-sdk/client-eks'
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import { Agent, request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signClusterToken } from '../../src/lib/aws/cluster-token.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { eventually, SANDBOX_REGION, settingsAt, TestSandbox } from '../helpers/sandbox.js'

const ACCOUNT = '000000000000'
const VIEW = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
const ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const PODS = '/api/v1/namespaces/default/pods'
const SERVICES = '/api/v1/namespaces/default/services'
const GROUP = 'readers'

let sandbox: TestSandbox
let cluster: Cluster
let agent: Agent

beforeAll(async () => {
  sandbox = await TestSandbox.create()
  await sandbox.up({ kubernetes: true })
  const ec2 = await sandbox.clients().ec2()
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  const place = { CidrBlock: '10.0.1.0/24', AvailabilityZone: `${SANDBOX_REGION}a` }
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, ...place }))
  const eks = await sandbox.clients().eks()
  const resourcesVpcConfig = { subnetIds: [Subnet?.SubnetId ?? ''] }
  const accessConfig = { authenticationMode: 'API' as const, bootstrapClusterCreatorAdminPermissions: false }
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/cluster`
  await eks.send(new CreateClusterCommand({ name: 'dev', version: '1.35', roleArn, resourcesVpcConfig, accessConfig }))
  await waitUntilClusterActive({ client: eks, maxWaitTime: 180, minDelay: 0.5, maxDelay: 0.5 }, { name: 'dev' })
  const answer = await eks.send(new DescribeClusterCommand({ name: 'dev' }))
  if (!answer.cluster) throw new Error('no cluster')
  cluster = answer.cluster
  agent = new Agent({ ca: Buffer.from(cluster.certificateAuthority?.data ?? '', 'base64'), keepAlive: true })
})
afterAll(async () => {
  agent.destroy()
  await sandbox.remove()
})

interface Person {
  arn: string
  /** A new token each second. */
  sign: () => Promise<string>
}

/** An IAM user with an access entry. */
async function person(UserName: string, policyArn: string, kubernetesGroups: string[] = []): Promise<Person> {
  const iam = await sandbox.clients().iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  const arn = `arn:aws:iam::${ACCOUNT}:user/${UserName}`
  const eks = await sandbox.clients().eks()
  await eks.send(new CreateAccessEntryCommand({ clusterName: 'dev', principalArn: arn, kubernetesGroups }))
  await eks.send(new AssociateAccessPolicyCommand({ clusterName: 'dev', principalArn: arn, policyArn, accessScope: { type: 'cluster' } }))
  const connection = { accountId: ACCOUNT, ...settingsAt(sandbox.endpoint), credentials }
  return { arn, sign: async () => (await signClusterToken(connection, 'dev', systemClock.now())).token }
}

/** The status of a request to the API server with a token. */
async function ask(token: string, path: string, body?: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }
    const outgoing = request(`${cluster.endpoint}${path}`, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Seconds until the same request gets another answer than 200, and that answer. */
async function livesFor(token: () => Promise<string>, path: string, atMostSeconds: number): Promise<{ seconds: number; status: number }> {
  const begun = Date.now()
  for (;;) {
    const status = await ask(await token(), path)
    const seconds = (Date.now() - begun) / 1000
    if (status !== 200 || seconds > atMostSeconds) return { seconds, status }
    await systemClock.sleep(1000)
  }
}

/** Lets a group read config maps and pods by RBAC. */
async function bindGroup(): Promise<void> {
  const admin = await person('admin', ADMIN)
  const token = await admin.sign()
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name: GROUP, namespace: 'default' }
  const rules = [{ apiGroups: [''], resources: ['configmaps', 'services'], verbs: ['list'] }]
  expect(await ask(token, `${rbac}/roles`, { apiVersion, kind: 'Role', metadata, rules })).toBe(201)
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: GROUP }
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: GROUP }]
  expect(await ask(token, `${rbac}/rolebindings`, { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects })).toBe(201)
}

test.concurrent(
  'a token lives on for what is left of two minutes after DeleteAccessEntry, and a new one is refused at once',
  async ({ annotate }) => {
    await bindGroup()
    const leaver = await person('leaver', VIEW, [GROUP])
    const token = await leaver.sign()
    expect(await ask(token, CONFIG_MAPS)).toBe(200)
    await (await sandbox.clients().eks()).send(new DeleteAccessEntryCommand({ clusterName: 'dev', principalArn: leaver.arn }))
    // What only an access policy allowed, and was not asked before, is refused: the policy went with the entry.
    expect(await ask(token, PODS)).toBe(403)
    // The groups are part of the token's cached answer, so what RBAC gives them stays.
    expect(await ask(token, SERVICES)).toBe(200)
    await systemClock.sleep(1100)
    expect(await ask(await leaver.sign(), CONFIG_MAPS)).toBe(401)
    const { seconds, status } = await livesFor(async () => token, CONFIG_MAPS, 180)
    await annotate(`A token that was in use lived for ${Math.round(seconds + 1)} s.`)
    expect(status).toBe(401)
    expect(seconds).toBeGreaterThan(90)
    expect(seconds).toBeLessThan(125)
  },
)

test.concurrent(
  'what a policy allowed stays allowed for what is left of five minutes after DisassociateAccessPolicy',
  async ({ annotate }) => {
    const visitor = await person('visitor', VIEW)
    expect(await ask(await visitor.sign(), CONFIG_MAPS)).toBe(200)
    const input = { clusterName: 'dev', principalArn: visitor.arn, policyArn: VIEW }
    await (await sandbox.clients().eks()).send(new DisassociateAccessPolicyCommand(input))
    // Not asked before, so not cached.
    expect(await ask(await visitor.sign(), PODS)).toBe(403)
    const { seconds, status } = await livesFor(visitor.sign, CONFIG_MAPS, 360)
    await annotate(`A request that was made before was allowed for ${Math.round(seconds)} s.`)
    expect(status).toBe(403)
    expect(seconds).toBeGreaterThan(240)
    expect(seconds).toBeLessThan(310)
  },
)

test.concurrent('a policy that is added is seen after thirty seconds at most', async () => {
  const newcomer = await person('newcomer', 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSSecretReaderPolicy')
  const secrets = '/api/v1/namespaces/kube-system/endpoints'
  expect(await ask(await newcomer.sign(), secrets)).toBe(403)
  const input = { clusterName: 'dev', principalArn: newcomer.arn, policyArn: ADMIN, accessScope: { type: 'cluster' as const } }
  await (await sandbox.clients().eks()).send(new AssociateAccessPolicyCommand(input))
  const begun = Date.now()
  await eventually('the policy counts', async () => (await ask(await newcomer.sign(), secrets)) === 200, 40_000)
  expect((Date.now() - begun) / 1000).toBeLessThan(35)
})
