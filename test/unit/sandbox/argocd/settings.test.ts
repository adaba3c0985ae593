import { describe, expect, test } from 'vitest'
import { argumentsOf, environmentFor, redisArguments, type ArgoCdPorts } from '../../../../src/lib/sandbox/argocd/arguments.js'
import { environmentOf } from '../../../../src/lib/sandbox/argocd/environment.js'
import { components, findInstallation, makeRedisPassword } from '../../../../src/lib/sandbox/argocd/installation.js'
import { podsMayAssume } from '../../../../src/lib/sandbox/argocd/pod-trust.js'

const ports: ArgoCdPorts = {
  redis: 1,
  repoServer: 2,
  server: 3,
  probe: 4,
  webhook: 5,
  metrics: { 'repo-server': 6, 'application-controller': 7, 'applicationset-controller': 8, server: 9 },
}

describe('arguments', () => {
  test.each(components)('%s finds the others on this machine, and listens nowhere else', (component) => {
    const args = argumentsOf(component, ports, 'argocd')
    for (const arg of args.filter((text) => /address|addr|repo-server=|redis=/.test(text))) expect(arg).toContain('127.0.0.1')
    expect(args.join(' ')).toContain('127.0.0.1:')
    if (component !== 'repo-server') expect(args).toEqual(expect.arrayContaining(['--namespace=argocd', '--repo-server-plaintext']))
  })

  test('Redis keeps nothing, and its password is not among its arguments', () => {
    expect(redisArguments(1, '/redis.conf')).toEqual([
      '/redis.conf',
      '--bind',
      '127.0.0.1',
      '--port',
      '1',
      '--save',
      '',
      '--appendonly',
      'no',
    ])
  })
})

describe('the environment', () => {
  const data: Record<string, Record<string, string>> = {
    'configmaps/params': { 'log.level': 'debug' },
    'secrets/redis': { auth: Buffer.from('hunter2').toString('base64') },
  }
  const dataOf = async (kind: string, name: string): Promise<Record<string, string> | undefined> => data[`${kind}/${name}`]

  test('has what ConfigMaps and Secrets say, and leaves out what is not there', async () => {
    const entries = [
      { name: 'ARGOCD_LOG_LEVEL', valueFrom: { configMapKeyRef: { name: 'params', key: 'log.level' } } },
      { name: 'ARGOCD_LOG_FORMAT', valueFrom: { configMapKeyRef: { name: 'params', key: 'missing' } } },
      { name: 'ARGOCD_OTHER', valueFrom: { configMapKeyRef: { name: 'none', key: 'missing' } } },
      { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'auth' } } },
      { name: 'ARGOCD_PLAIN', value: 'yes' },
      { name: 'HELM_CACHE_HOME', value: '/helm-working-dir' },
    ]
    expect(await environmentOf(entries, dataOf)).toEqual({ ARGOCD_LOG_LEVEL: 'debug', REDIS_PASSWORD: 'hunter2', ARGOCD_PLAIN: 'yes' })
  })

  test('of this machine comes after that of the cluster', () => {
    const places = { path: '/bin', home: '/h', temporary: '/t', kubeconfig: '/k', certificates: '/c', ssh: '/s', askPass: '/a.sock' }
    const settings = {
      ARGOCD_CONTROLLER_REPLICAS: '3',
      ARGOCD_LOG_LEVEL: 'debug',
      ARGOCD_SERVER_METRICS_LISTEN_ADDRESS: '0.0.0.0',
      ARGOCD_BINARY_NAME: 'argocd-dex',
    }
    const environment = environmentFor(settings, places, { AWS_REGION: 'eu-west-1' })
    expect(environment).toMatchObject({
      ARGOCD_CONTROLLER_REPLICAS: '1',
      ARGOCD_LOG_LEVEL: 'debug',
      KUBECONFIG: '/k',
      TMPDIR: '/t',
      ARGOCD_ASK_PASS_SOCK: '/a.sock',
      AWS_REGION: 'eu-west-1',
    })
    expect(environment).not.toHaveProperty('ARGOCD_BINARY_NAME')
    expect(environment).not.toHaveProperty('ARGOCD_SERVER_METRICS_LISTEN_ADDRESS')
  })
})

describe('an installation', () => {
  const workload = (component: string, change: { replicas?: number; gone?: boolean } = {}): object => ({
    metadata: {
      namespace: 'argocd',
      labels: { 'app.kubernetes.io/component': component },
      ...(change.gone === true && { deletionTimestamp: 'now' }),
    },
    spec: {
      replicas: change.replicas ?? 1,
      template: { spec: { serviceAccountName: `argocd-${component}`, containers: [{ env: [{ name: 'ARGOCD_X', value: '1' }] }] } },
    },
  })
  const api = (workloads: { deployments?: object[]; statefulsets?: object[] }, objects: Record<string, object>) => ({
    list: async <T>(path: string): Promise<T[]> => (path.includes('/statefulsets') ? workloads.statefulsets : workloads.deployments) as T[],
    get: async (path: string): Promise<Record<string, unknown> | undefined> => objects[path] as Record<string, unknown> | undefined,
  })
  const objects = {
    '/apis/argoproj.io/v1alpha1': {},
    '/api/v1/namespaces/argocd/configmaps/argocd-cm': { data: {} },
    '/api/v1/namespaces/argocd/secrets/argocd-redis': { data: { auth: Buffer.from('pass').toString('base64') } },
    '/api/v1/namespaces/argocd/configmaps/argocd-ssh-known-hosts-cm': { data: { ssh_known_hosts: 'host key' } },
    '/api/v1/namespaces/argocd/configmaps/argocd-tls-certs-cm': { data: { 'git.example.com': 'PEM' } },
  }

  test('has the parts that are there and not scaled to none', async () => {
    const found = await findInstallation(
      api(
        {
          deployments: [
            workload('server'),
            workload('repo-server'),
            workload('applicationset-controller', { replicas: 0 }),
            workload('redis'),
          ],
          statefulsets: [workload('application-controller')],
        },
        objects,
      ),
    )
    expect(found).toMatchObject({
      namespace: 'argocd',
      redisPassword: 'pass',
      sshKnownHosts: 'host key',
      certificates: { 'git.example.com': 'PEM' },
      components: { server: { serviceAccount: 'argocd-server', environment: { ARGOCD_X: '1' } } },
    })
    expect(Object.keys(found?.components ?? {}).sort()).toEqual(['application-controller', 'repo-server', 'server'])
  })

  test.each([
    ['nothing has its label', { deployments: [], statefulsets: [] }, objects],
    ['its server is being deleted', { deployments: [workload('server', { gone: true })], statefulsets: [] }, objects],
    [
      'its kinds are not served',
      { deployments: [workload('server')], statefulsets: [] },
      { ...objects, '/apis/argoproj.io/v1alpha1': undefined },
    ],
    [
      'its settings are not there yet',
      { deployments: [workload('server')], statefulsets: [] },
      { ...objects, '/api/v1/namespaces/argocd/configmaps/argocd-cm': undefined },
    ],
  ])('is not there where %s', async (_, workloads, existing) => {
    expect(await findInstallation(api(workloads, existing as Record<string, object>))).toBeUndefined()
  })

  test('gets another password of Redis each time', async () => {
    const made: unknown[] = []
    const create = async (path: string, object: unknown): Promise<void> => void made.push([path, object])
    await makeRedisPassword({ create }, 'argocd')
    await makeRedisPassword({ create }, 'argocd')
    expect(made[0]).toMatchObject(['/api/v1/namespaces/argocd/secrets', { kind: 'Secret', metadata: { name: 'argocd-redis' } }])
    expect(JSON.stringify(made[0])).not.toBe(JSON.stringify(made[1]))
  })
})

describe('the trust policy of a role for pods', () => {
  const policy = (statement: object): string => JSON.stringify({ Statement: statement })
  const Principal = { Service: 'pods.eks.amazonaws.com' }
  const Action = ['sts:AssumeRole', 'sts:TagSession']

  test.each([
    ['names EKS and both actions', policy([{ Effect: 'Allow', Principal, Action }]), true],
    ['spreads them over two statements', policy(Action.map((each) => ({ Effect: 'Allow', Principal, Action: each }))), true],
    ['names everything of STS', policy({ Effect: 'Allow', Principal, Action: 'sts:*' }), true],
    ['forgets the tags', policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }), false],
    ['names another service', policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action }), false],
    ['denies', policy({ Effect: 'Deny', Principal, Action }), false],
    ['is none', 'broken', false],
  ])('that %s', (_, text, expected) => {
    expect(podsMayAssume(text)).toBe(expected)
  })
})
