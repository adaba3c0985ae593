import { type Cluster, DescribeClusterCommand, ListAccessEntriesCommand } from '@aws-sdk/client-eks'
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EnvironmentEntry } from '../../src/lib/environments/list.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import type { DestroyResult } from '../../src/lib/roots/destroy-root.js'
import type { PlanResult } from '../../src/lib/roots/plan-root.js'
import { clientsOf } from '../helpers/aws.js'
import { type Identity, kubectlAs } from '../helpers/kubectl.js'
import { Repository } from '../helpers/repository.js'
import { eventually, findKubectl, SANDBOX_REGION } from '../helpers/sandbox.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

const arn = (user: string) => `arn:aws:iam::000000000000:user/${user}`
const OPS = 'arn:aws:iam::000000000000:role/ops'
const soft = (more: string) => `apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\nhost: dev\n${more}`
const ALPHA = soft(`administrators:
  principals: ["${arn('alice')}"]
viewers:
  principals: ["${arn('bob')}"]
  users: [carol]
quota:
  pods: 2
keys: {}
databases:
  orders:
    engine: dynamodb
    partitionKey:
      name: id
`)
const BETA = soft(`namespaces: [beta-web, beta-jobs]\nadministrators:\n  principals: ["${arn('bob')}"]\nkeys: {}\n`)

let repository: Repository
let kubectl: (identity: Identity, ...args: string[]) => ReturnType<ReturnType<typeof kubectlAs>>
let send: (identity: Identity, object: unknown) => ReturnType<ReturnType<typeof kubectlAs>>
let alice: Identity
let bob: Identity
let root: Identity
let keyOfAlpha: string

beforeAll(async () => {
  repository = await Repository.init()
  await repository.edit('platform.yaml', (text) => `${text}\nsandbox:\n  kubernetes: true\n`)
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await write('dev', `${ENVIRONMENT}cluster:\n  administrators: ["${OPS}", "${arn('root')}"]\n`)
  await write('alpha', ALPHA)
  await write('beta', BETA)
  const made = await repository.run('env', 'create', 'dev', '--yes')
  expect(made.exitCode, made.stderr).toBe(0)
  const clients = await clientsOf(repository)
  const { variables } = (await repository.run('sandbox', 'env', '--json')).json<{ variables: Record<string, string> }>()
  const as = kubectlAs(await findKubectl(), repository.directory, variables['AWS_ENDPOINT_URL'] ?? '', SANDBOX_REGION)
  const { cluster } = await (await clients.eks()).send(new DescribeClusterCommand({ name: 'acme-dev' }))
  kubectl = (identity, ...args) => as(cluster as Cluster, identity, args)
  send = (identity, object) => as(cluster as Cluster, identity, ['create', '-f', '-'], JSON.stringify(object))
  await makeRole()
  root = await makeUser('root')
  alice = await makeUser('alice')
  bob = await makeUser('bob')
})
afterAll(() => repository.remove())

const write = (name: string, text: string) => writeFile(path.join(repository.directory, `environments/${name}.yaml`), text)
const environment = (verb: string, ...args: string[]) => repository.run('env', verb, ...args, '--role-arn', OPS)
const list = async () => (await repository.run('env', 'list', '--json')).json<EnvironmentEntry[]>()
const statuses = async () => Object.fromEntries((await list()).map(({ name, status }) => [name, status]))

async function makeUser(UserName: string): Promise<Identity> {
  const iam = await (await clientsOf(repository)).iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

/** The role that works in the cluster. */
async function makeRole(): Promise<void> {
  const iam = await (await clientsOf(repository)).iam()
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' }],
  }
  await iam.send(new CreateRoleCommand({ RoleName: 'ops', AssumeRolePolicyDocument: JSON.stringify(trust) }))
}

async function entries(): Promise<string[]> {
  const eks = await (await clientsOf(repository)).eks()
  const { accessEntries = [] } = await eks.send(new ListAccessEntriesCommand({ clusterName: 'acme-dev' }))
  return accessEntries.filter((each) => each.includes(':user/') && each !== arn('root'))
}

const pod = (namespace: string, name: string, privileged = false) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: 'registry.example/main:1',
        securityContext: privileged ? { privileged: true } : { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
})

test('before it is made it is absent, and a dry run shows what the host would get', async () => {
  expect(await list()).toMatchObject([
    { name: 'alpha', isolation: 'soft', host: 'dev', status: 'absent', cluster: 'acme-dev' },
    { name: 'beta', isolation: 'soft', host: 'dev', status: 'absent' },
    { name: 'dev', isolation: 'hard', host: null, status: 'ready' },
  ])
  const { exitCode, ...output } = await environment('create', 'alpha', '--dry-run', '--json')
  expect(exitCode, output.stderr).toBe(0)
  const plan = output.json<PlanResult>()
  expect(plan).toMatchObject({ environment: 'alpha', changes: { destroy: 0, replace: 0 } })
  expect(plan.resources.map(({ address }) => address)).toEqual(
    expect.arrayContaining([
      'module.soft_environments[0].aws_kms_key.this["alpha"]',
      'module.databases[0].aws_dynamodb_table.this["alpha-orders"]',
    ]),
  )
})

test('two of them live on one host', async () => {
  const alpha = await environment('create', 'alpha', '--yes', '--json')
  expect(alpha.exitCode, alpha.stderr).toBe(0)
  expect(alpha.stderr).toContain('shares the control plane, the nodes, the network')
  const result = alpha.json<ApplyResult>()
  expect(result).toMatchObject({ environment: 'alpha', status: 'created', outputs: { namespaces: ['alpha'], key: expect.any(String) } })
  expect(Object.keys(result.outputs['databases'] as object)).toEqual(['alpha-orders'])
  keyOfAlpha = String(result.outputs['key'])
  expect(await statuses()).toEqual({ alpha: 'ready', beta: 'absent', dev: 'ready' })

  const beta = await environment('create', 'beta', '--yes', '--json')
  expect(beta.exitCode, beta.stderr).toBe(0)
  expect(beta.json<ApplyResult>()).toMatchObject({ status: 'created', outputs: { namespaces: ['beta-web', 'beta-jobs'] } })
  expect(await entries()).toEqual([arn('alice'), arn('bob')])

  const again = await environment('create', 'alpha', '--yes', '--json')
  expect(again.json<ApplyResult>()).toMatchObject({ status: 'unchanged', changes: { add: 0, change: 0, destroy: 0 } })
  // The host keeps them when it is planned by itself.
  expect((await repository.run('env', 'plan', 'dev', '--json')).exitCode).toBe(0)
})

test('a principal works in its own namespaces and not in those of a neighbour', async () => {
  expect(await kubectl(alice, 'create', 'configmap', 'mine', '--namespace=alpha')).toMatchObject({ exitCode: 0 })
  const other = await kubectl(alice, 'get', 'configmaps', '--namespace=beta-web')
  expect(other).toMatchObject({ exitCode: 1 })
  expect(other.output).toContain('Forbidden')
  expect((await kubectl(alice, 'delete', 'resourcequota', 'platform-quota', '--namespace=alpha')).output).toContain('Forbidden')
  // bob views alpha and administers beta.
  expect(await kubectl(bob, 'get', 'configmap', 'mine', '--namespace=alpha')).toMatchObject({ exitCode: 0 })
  expect((await kubectl(bob, 'delete', 'configmap', 'mine', '--namespace=alpha')).output).toContain('Forbidden')
  expect(await kubectl(bob, 'create', 'configmap', 'mine', '--namespace=beta-jobs')).toMatchObject({ exitCode: 0 })
  const carol = ['--as=carol', '--namespace=alpha']
  expect(await kubectl(root, 'auth', 'can-i', 'list', 'pods', ...carol)).toMatchObject({ exitCode: 0 })
  expect(await kubectl(root, 'auth', 'can-i', 'delete', 'pods', ...carol)).toMatchObject({ exitCode: 1 })
})

test('quota, pod security and network policies hold', async () => {
  const privileged = await send(alice, pod('alpha', 'root', true))
  expect(privileged.output).toContain('violates PodSecurity "restricted')
  expect(await send(alice, pod('alpha', 'one'))).toMatchObject({ exitCode: 0 })
  expect(await send(alice, pod('alpha', 'two'))).toMatchObject({ exitCode: 0 })
  const third = await send(alice, pod('alpha', 'three'))
  expect(third.output).toContain('exceeded quota: platform-quota')
  const one = JSON.parse((await kubectl(alice, 'get', 'pod', 'one', '--namespace=alpha', '--output=json')).stdout) as {
    spec: { containers: Array<{ resources: unknown }> }
  }
  expect(one.spec.containers[0]?.resources).toEqual({
    limits: { cpu: '500m', memory: '512Mi' },
    requests: { cpu: '100m', memory: '128Mi' },
  })
  const { stdout } = await kubectl(alice, 'get', 'networkpolicies', '--namespace=alpha', '--output=name')
  expect(stdout.trim().split('\n')).toHaveLength(4)
})

test('what was changed by hand goes back to the file', async () => {
  await kubectl(root, 'label', 'namespace', 'alpha', 'pod-security.kubernetes.io/enforce=privileged', '--overwrite')
  const { exitCode, ...output } = await environment('apply', 'alpha', '--yes', '--json')
  expect([exitCode, output.json<ApplyResult>().status]).toEqual([0, 'updated'])
  expect((await send(alice, pod('alpha', 'root', true))).output).toContain('violates PodSecurity')
})

test('a namespace of somebody else is not taken, and the host is not destroyed under them', async () => {
  await kubectl(root, 'create', 'namespace', 'gamma')
  await write('gamma', soft(''))
  const taken = await environment('create', 'gamma', '--yes', '--json')
  expect(taken.exitCode).toBe(3)
  expect(taken.json()).toMatchObject({ error: { code: 'NamespaceTaken', details: { namespace: 'gamma', owner: null } } })
  expect((await statuses())['gamma']).toBe('absent')
  const host = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
  expect(host.exitCode).toBe(3)
  expect(host.json()).toMatchObject({ error: { code: 'HostInUse', details: { soft: ['alpha', 'beta'] } } })
})

test('a namespace that hangs is named, and the same command finishes', async () => {
  await kubectl(
    root,
    'patch',
    'configmap',
    'mine',
    '--namespace=alpha',
    '--type=merge',
    '--patch={"metadata":{"finalizers":["acme.example/held"]}}',
  )
  const running = repository.start('env', 'destroy', 'alpha', '--confirm', 'alpha', '--role-arn', OPS)
  await eventually(
    'the namespace is being deleted',
    async () => (await kubectl(root, 'get', 'namespace', 'alpha', '--output=jsonpath={.status.phase}')).stdout === 'Terminating',
    240_000,
  )
  running.kill('SIGINT')
  await running
  expect((await statuses())['alpha']).toBe('incomplete')
  await kubectl(root, 'patch', 'configmap', 'mine', '--namespace=alpha', '--type=merge', '--patch={"metadata":{"finalizers":null}}')

  const { exitCode, ...output } = await environment('destroy', 'alpha', '--confirm', 'alpha', '--json')
  expect(exitCode, output.stderr).toBe(0)
  const result = output.json<DestroyResult>()
  expect(result).toMatchObject({ environment: 'alpha', destroyed: true, orphans: [], retained: [{ arn: keyOfAlpha }] })
  expect(await kubectl(root, 'get', 'namespace', 'alpha')).toMatchObject({ exitCode: 1 })
  const kms = await (await clientsOf(repository)).kms()
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyOfAlpha }))
  expect(KeyMetadata?.KeyState).toBe('PendingDeletion')
  await expect(readFile(path.join(repository.directory, 'gitops/namespaces/dev/alpha/objects.yaml'))).rejects.toThrow('ENOENT')
})

test('its neighbour is untouched', async () => {
  expect(await statuses()).toMatchObject({ alpha: 'absent', beta: 'ready', dev: 'ready' })
  expect(await entries()).toEqual([arn('bob')])
  expect(await kubectl(bob, 'get', 'configmap', 'mine', '--namespace=beta-jobs')).toMatchObject({ exitCode: 0 })
  expect((await repository.run('env', 'plan', 'dev', '--json')).exitCode).toBe(0)
  const again = await environment('destroy', 'alpha', '--confirm', 'alpha', '--json')
  expect(again.json<DestroyResult>()).toMatchObject({ destroyed: true, orphans: [] })
})
