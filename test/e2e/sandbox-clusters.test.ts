import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  CreateNodegroupCommand,
  DeleteAccessEntryCommand,
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  UpdateNodegroupConfigCommand,
  waitUntilClusterActive,
  type Cluster,
} from '@aws-sdk/client-eks'
import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import { readdir, readFile, stat } from 'node:fs/promises'
import { get } from 'node:https'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemProcesses } from '../../src/lib/core/processes.js'
import { readLedger } from '../../src/lib/sandbox/clusters/process-ledger.js'
import { sandboxFolders, type SandboxFolders } from '../../src/lib/sandbox/folders.js'
import { sandboxStatus } from '../../src/lib/sandbox/status.js'
import { resetSandbox, stopSandbox } from '../../src/lib/sandbox/stop.js'
import { kubectlAs, proportionalMemory, type Identity, type Outcome } from '../helpers/kubectl.js'
import { eventually, findKubectl, SANDBOX_REGION, sandboxPorts, TestSandbox } from '../helpers/sandbox.js'

const VIEW = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
const EDIT = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy'
const ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
const ACCOUNT = '000000000000'

let sandbox: TestSandbox
let folders: SandboxFolders
let subnets: string[]
let dev: Cluster
let readyAfterMs: number
let as: ReturnType<typeof kubectlAs>
let admin: Identity

beforeAll(async () => {
  sandbox = await TestSandbox.create()
  folders = sandboxFolders(sandbox.directory)
  await sandbox.up({ kubernetes: true })
  as = kubectlAs(await findKubectl(), sandbox.directory, sandbox.endpoint, SANDBOX_REGION)
  subnets = await makeSubnets()
  const begun = performance.now()
  dev = await create('dev')
  readyAfterMs = performance.now() - begun
  admin = await makeUser('admin')
  await allow('dev', 'admin', ADMIN)
})
afterAll(() => sandbox.remove())

async function makeSubnets(): Promise<string[]> {
  const ec2 = await sandbox.clients().ec2()
  const vpc = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  const ids: string[] = []
  for (const [zone, CidrBlock] of [
    ['a', '10.0.1.0/24'],
    ['b', '10.0.2.0/24'],
  ] as const) {
    const made = await ec2.send(new CreateSubnetCommand({ VpcId: vpc.Vpc?.VpcId, CidrBlock, AvailabilityZone: `${SANDBOX_REGION}${zone}` }))
    ids.push(made.Subnet?.SubnetId ?? '')
  }
  return ids
}

async function create(name: string, version = '1.35'): Promise<Cluster> {
  const eks = await sandbox.clients().eks()
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/cluster`
  const accessConfig = { authenticationMode: 'API_AND_CONFIG_MAP' as const, bootstrapClusterCreatorAdminPermissions: false }
  const made = await eks.send(
    new CreateClusterCommand({ name, version, roleArn, resourcesVpcConfig: { subnetIds: subnets }, accessConfig }),
  )
  expect(made.cluster?.status).toBe('CREATING')
  expect(made.cluster?.endpoint).toBeUndefined()
  await waitUntilClusterActive({ client: eks, maxWaitTime: 120, minDelay: 0.2, maxDelay: 0.2 }, { name })
  return describeCluster(name)
}

async function describeCluster(name: string): Promise<Cluster> {
  const { cluster } = await (await sandbox.clients().eks()).send(new DescribeClusterCommand({ name }))
  if (!cluster) throw new Error(`no cluster ${name}`)
  return cluster
}

async function makeUser(UserName: string): Promise<Identity> {
  const iam = await sandbox.clients().iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

async function allow(clusterName: string, user: string, policyArn: string, namespaces?: string[]): Promise<void> {
  const eks = await sandbox.clients().eks()
  const principalArn = `arn:aws:iam::${ACCOUNT}:user/${user}`
  await eks.send(new CreateAccessEntryCommand({ clusterName, principalArn })).catch(() => undefined)
  const accessScope = namespaces ? { type: 'namespace' as const, namespaces } : { type: 'cluster' as const }
  await eks.send(new AssociateAccessPolicyCommand({ clusterName, principalArn, policyArn, accessScope }))
}

async function nodeGroup(desiredSize: number): Promise<void> {
  const eks = await sandbox.clients().eks()
  await eks.send(
    new CreateNodegroupCommand({
      clusterName: 'dev',
      nodegroupName: 'general',
      subnets,
      nodeRole: `arn:aws:iam::${ACCOUNT}:role/node`,
      instanceTypes: ['m7i.large'],
      scalingConfig: { minSize: 1, maxSize: 5, desiredSize },
      labels: { tier: 'web' },
      taints: [{ key: 'dedicated', value: 'web', effect: 'NO_SCHEDULE' }],
    }),
  )
}

interface NodeList {
  items: Array<{
    metadata: { name: string; labels: Record<string, string> }
    spec: { taints?: Array<{ key: string; value?: string; effect: string }> }
  }>
}

async function nodes(): Promise<NodeList['items']> {
  const { stdout } = await as(dev, admin, ['get', 'nodes', '-o', 'json'])
  return (JSON.parse(stdout) as NodeList).items
}

const deployment = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'web', effect: 'NoSchedule' }],
        containers: [{ name: 'web', image: 'registry.invalid/web:1', resources: { requests: { cpu: '100m' } } }],
      },
    },
  },
})

/** The status of a call without any token. */
async function ask(where: string): Promise<number> {
  const ca = Buffer.from(dev.certificateAuthority?.data ?? '', 'base64')
  return new Promise((resolve, reject) => {
    const call = get(`${dev.endpoint}${where}`, { ca }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    call.on('error', reject)
  })
}

async function processes(): Promise<Array<{ pid: number; startedAt: string }>> {
  return readLedger(folders.clusterProcesses)
}

async function expectRefused(run: Promise<Outcome>, message: RegExp): Promise<void> {
  const { exitCode, output } = await run
  expect(output).toMatch(message)
  expect(exitCode).toBe(1)
}

describe('a cluster', () => {
  test('is active when its API server serves, within seconds', () => {
    expect(dev.status).toBe('ACTIVE')
    expect(dev.endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(Buffer.from(dev.certificateAuthority?.data ?? '', 'base64').toString()).toContain('BEGIN CERTIFICATE')
    // 5 s on an idle machine; the tests share theirs.
    expect(readyAfterMs).toBeLessThan(30_000)
  })

  test('is the version that it says', async () => {
    const { stdout } = await as(dev, admin, ['version', '-o', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({ serverVersion: { major: '1', minor: '35' } })
  })

  test('shows in the status, with what Healthy means', async () => {
    const status = await sandboxStatus(sandboxPorts, sandbox.directory)
    expect(status).toMatchObject({ kubernetes: true, clusters: [{ name: 'dev', endpoint: dev.endpoint, ready: true }] })
  })

  test('takes at most 0.8 GB', async () => {
    const sizes = await Promise.all((await processes()).map(async ({ pid }) => proportionalMemory(pid)))
    expect(sizes).toHaveLength(5)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(800)
  })

  test('keeps its keys and files to its owner', async () => {
    const root = path.join(folders.clusters, 'dev')
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect((await stat(path.join(entry.parentPath, entry.name))).mode & 0o077, entry.name).toBe(0)
    }
  })
})

describe('who may do what', () => {
  test('without an access entry, a valid token opens nothing', async () => {
    const stranger = await makeUser('stranger')
    await expectRefused(as(dev, stranger, ['get', 'pods']), /Unauthorized|must be logged in/)
  })

  test('a token of the wrong secret opens nothing', async () => {
    const forged = { ...admin, secretAccessKey: 'forged' }
    await expectRefused(as(dev, forged, ['get', 'pods']), /Unauthorized|must be logged in/)
  })

  test('the view policy lets list pods, but not read secrets', async () => {
    const viewer = await makeUser('viewer')
    await allow('dev', 'viewer', VIEW)
    expect(await as(dev, viewer, ['get', 'pods', '-A'])).toMatchObject({ exitCode: 0 })
    await expectRefused(as(dev, viewer, ['get', 'secrets', '-A']), /forbidden/i)
    await expectRefused(as(dev, viewer, ['create', 'namespace', 'mine']), /forbidden/i)
  })

  test('the edit policy of a namespace ends at its border', async () => {
    const editor = await makeUser('editor')
    await allow('dev', 'editor', EDIT, ['team'])
    await as(dev, admin, ['create', 'namespace', 'team'])
    expect(await as(dev, editor, ['-n', 'team', 'create', 'configmap', 'made'])).toMatchObject({ exitCode: 0 })
    await expectRefused(as(dev, editor, ['-n', 'default', 'create', 'configmap', 'made']), /forbidden/i)
  })

  test('without a name one may ask for the health, and for nothing else', async () => {
    expect(await ask('/readyz')).toBe(200)
    expect(await ask('/version')).toBe(401)
    expect(await ask('/api/v1/namespaces')).toBe(401)
  })

  test('the audit log says who it was, as EKS does, and no secret', async () => {
    await as(dev, admin, ['create', 'secret', 'generic', 'hidden', '--from-literal=password=hunter2'])
    const log = await readFile(path.join(folders.logs, 'clusters', 'dev', 'audit.log'), 'utf8')
    const events = log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { verb: string; objectRef?: { resource: string; name?: string }; user: Record<string, unknown> })
    const made = events.find(({ objectRef, verb }) => verb === 'create' && objectRef?.resource === 'secrets')
    expect(made).toMatchObject({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata' })
    expect(made?.user).toMatchObject({ extra: { arn: [`arn:aws:iam::${ACCOUNT}:user/admin`] } })
    expect(log).not.toContain('hunter2')
  })

  test('who has lost the access entry gets no further with a new token', async () => {
    const leaver = await makeUser('leaver')
    await allow('dev', 'leaver', VIEW)
    expect(await as(dev, leaver, ['get', 'pods'])).toMatchObject({ exitCode: 0 })
    const eks = await sandbox.clients().eks()
    await eks.send(new DeleteAccessEntryCommand({ clusterName: 'dev', principalArn: `arn:aws:iam::${ACCOUNT}:user/leaver` }))
    await expectRefused(as(dev, leaver, ['get', 'pods']), /Unauthorized|must be logged in/)
  })
})

describe('nodes', () => {
  test('follow the node group', async () => {
    expect(await nodes()).toEqual([])
    await nodeGroup(2)
    const made = await nodes()
    expect(made).toHaveLength(2)
    for (const { metadata, spec } of made) {
      expect(metadata.name).toMatch(/^ip-10-0-[12]-\d+\.eu-west-1\.compute\.internal$/)
      expect(metadata.labels).toMatchObject({
        'eks.amazonaws.com/nodegroup': 'general',
        'node.kubernetes.io/instance-type': 'm7i.large',
        tier: 'web',
      })
      expect(spec.taints).toContainEqual({ key: 'dedicated', value: 'web', effect: 'NoSchedule' })
    }
    expect(new Set(made.map(({ metadata }) => metadata.labels['topology.kubernetes.io/zone'])).size).toBe(2)
    expect(await as(dev, admin, ['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=60s'])).toMatchObject({ exitCode: 0 })
  })

  test('a Deployment becomes Ready on them', async () => {
    await as(dev, admin, ['create', 'namespace', 'shop'])
    expect(await as(dev, admin, ['apply', '-f', '-'], deployment)).toMatchObject({ exitCode: 0 })
    const { exitCode, output } = await as(dev, admin, ['-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=90s'])
    expect(output).toContain('successfully rolled out')
    expect(exitCode).toBe(0)
  })

  test('grow, and shrink without losing a pod', async () => {
    const eks = await sandbox.clients().eks()
    const scale = async (desiredSize: number): Promise<unknown> =>
      eks.send(
        new UpdateNodegroupConfigCommand({
          clusterName: 'dev',
          nodegroupName: 'general',
          scalingConfig: { minSize: 1, maxSize: 5, desiredSize },
        }),
      )
    await scale(4)
    expect(await nodes()).toHaveLength(4)
    await scale(1)
    expect(await nodes()).toHaveLength(1)
    expect(await as(dev, admin, ['-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=90s'])).toMatchObject({ exitCode: 0 })
  })
})

describe('life and death', () => {
  test('down ends every process, and up brings the same cluster back at the same address', async () => {
    const before = await processes()
    expect(before).toHaveLength(5)
    await stopSandbox(sandboxPorts, sandbox.directory)
    for (const process of before) expect(await systemProcesses.isAlive(process)).toBe(false)
    expect(await sandboxStatus(sandboxPorts, sandbox.directory)).toMatchObject({
      running: false,
      clusters: [{ name: 'dev', endpoint: dev.endpoint, ready: false }],
    })
    await sandbox.up()
    expect(await describeCluster('dev')).toMatchObject({
      status: 'ACTIVE',
      endpoint: dev.endpoint,
      certificateAuthority: dev.certificateAuthority,
    })
    await backAgain()
    expect((await as(dev, admin, ['-n', 'shop', 'get', 'deployment', 'web', '-o', 'name'])).output).toBe('deployment.apps/web')
    expect(await nodes()).toHaveLength(1)
  })

  test('SIGKILL of the supervisor leaves no process and loses nothing', async () => {
    const before = await processes()
    const { supervisor } = await sandbox.record()
    process.kill(supervisor.pid, 'SIGKILL')
    await eventually('the processes end', async () => {
      const alive = await Promise.all(before.map(async (each) => systemProcesses.isAlive(each)))
      return !alive.includes(true)
    })
    await sandbox.up()
    await backAgain()
    expect((await as(dev, admin, ['-n', 'shop', 'get', 'deployment', 'web', '-o', 'name'])).output).toBe('deployment.apps/web')
  })

  test('a killed API server comes back', async () => {
    const before = await processes()
    const apiServer = await pidOf('kube-apiserver')
    process.kill(apiServer, 'SIGKILL')
    await eventually('another one runs', async () => (await pidOf('kube-apiserver').catch(() => apiServer)) !== apiServer, 30_000)
    await backAgain()
    expect(await processes()).toHaveLength(before.length)
  })

  test('two clusters share nothing but etcd', async () => {
    const test = await create('test', '1.34')
    expect(test.endpoint).not.toBe(dev.endpoint)
    expect(test.certificateAuthority?.data).not.toBe(dev.certificateAuthority?.data)
    await allow('test', 'admin', ADMIN)
    expect(await processes()).toHaveLength(9)
    expect((await as(test, admin, ['get', 'namespaces', '-o', 'name'])).output).not.toContain('shop')
    const { stdout } = await as(test, admin, ['get', '--raw', '/version'])
    expect(JSON.parse(stdout)).toMatchObject({ emulationMajor: '1', emulationMinor: '34' })
  })

  test('DeleteCluster leaves no process, no folder and no object', async () => {
    const eks = await sandbox.clients().eks()
    const before = await processes()
    await eks.send(new DeleteClusterCommand({ name: 'test' }))
    await eventually('the folder is gone', async () => !(await readdir(folders.clusters)).includes('test'), 30_000)
    expect(await readdir(path.join(folders.logs, 'clusters'))).not.toContain('test')
    const alive = await Promise.all(before.map(async (each) => systemProcesses.isAlive(each)))
    expect(alive.filter(Boolean)).toHaveLength(5)
    const again = await create('test')
    await allow('test', 'admin', ADMIN)
    await as(again, admin, ['create', 'namespace', 'fresh'])
    expect((await as(again, admin, ['get', 'namespaces', '-o', 'name'])).output).toContain('fresh')
  })

  test('with the last cluster goes etcd', async () => {
    const eks = await sandbox.clients().eks()
    await eks.send(new DeleteNodegroupCommand({ clusterName: 'dev', nodegroupName: 'general' }))
    const before = await processes()
    for (const name of ['dev', 'test']) await eks.send(new DeleteClusterCommand({ name }))
    await eventually(
      'all processes end',
      async () => {
        const alive = await Promise.all(before.map(async (each) => systemProcesses.isAlive(each)))
        return !alive.includes(true)
      },
      30_000,
    )
    await eventually('all folders are gone', async () => (await readdir(folders.clusters)).join() === '_etcd-pki')
    expect(await sandboxStatus(sandboxPorts, sandbox.directory)).toMatchObject({ clusters: [] })
  })

  test('reset forgets that there was Kubernetes', async () => {
    await resetSandbox(sandboxPorts, sandbox.directory)
    await expect(stat(folders.clusters)).rejects.toThrow('ENOENT')
    await sandbox.up()
    expect(await sandboxStatus(sandboxPorts, sandbox.directory)).toMatchObject({ kubernetes: false, clusters: [] })
    const eks = await sandbox.clients().eks()
    const shape = { name: 'shape', roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`, resourcesVpcConfig: { subnetIds: ['subnet-1'] } }
    await eks.send(new CreateClusterCommand(shape))
    expect((await describeCluster('shape')).endpoint).toContain('amazonaws.com')
  })
})

async function backAgain(): Promise<void> {
  await eventually(
    'the API server serves',
    async () => {
      const { clusters } = await sandboxStatus(sandboxPorts, sandbox.directory)
      return clusters.length > 0 && clusters.every(({ ready }) => ready)
    },
    60_000,
  )
}

async function pidOf(program: string): Promise<number> {
  for (const { pid } of await processes()) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.split('\0')[0]?.endsWith(`/${program}`) === true) return pid
  }
  throw new Error(`${program} does not run`)
}
