import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { CreatePodIdentityAssociationCommand, DeleteClusterCommand, DeleteNodegroupCommand, type Cluster } from '@aws-sdk/client-eks'
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/core/clock.js'
import { systemProcesses } from '../../src/lib/core/processes.js'
import type { TrailRecord } from '../../src/lib/sandbox/cloudtrail/record.js'
import type { ArgoCdRow } from '../../src/lib/sandbox/clusters/companion.js'
import { readLedger } from '../../src/lib/sandbox/clusters/process-ledger.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { sandboxStatus } from '../../src/lib/sandbox/status.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import { argoCdManifests, BareRepository } from '../helpers/argocd.js'
import { createCluster, createUser, makeAdmin } from '../helpers/eks-clusters.js'
import { kubectlAs, proportionalMemory, type Identity, type Outcome } from '../helpers/kubectl.js'
import { eventually, findKubectl, SANDBOX_REGION, sandboxPorts, TestSandbox } from '../helpers/sandbox.js'

const ACCOUNT = '000000000000'
const SYNC_LIMIT_MS = 240_000

let sandbox: TestSandbox
let management: Cluster
let spoke: Cluster
let admin: Identity & { arn: string }
let as: ReturnType<typeof kubectlAs>
let git: BareRepository

beforeAll(async () => {
  sandbox = await TestSandbox.create()
  await sandbox.up({ kubernetes: true })
  as = kubectlAs(await findKubectl(), sandbox.directory, sandbox.endpoint, SANDBOX_REGION)
  admin = await createUser(sandbox, 'admin')
  management = await createCluster(sandbox, 'management')
  await makeAdmin(sandbox, 'management', admin.arn)
  git = await BareRepository.create(sandbox.directory)
  await git.push({ 'shop/web.json': deployment('web'), 'teams/red/a.json': configMap('red'), 'teams/blue/a.json': configMap('blue') })
})
afterAll(() => sandbox.remove())

function deployment(name: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: 'registry.invalid/web:1', resources: { requests: { cpu: '100m' } } }] },
      },
    },
  }
}

function configMap(name: string): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { team: name } }
}

function application(name: string, source: string, destination: Record<string, string>): unknown {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: git.url, targetRevision: 'main', path: source },
      destination: { namespace: name, ...destination },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  }
}

async function kubectl(cluster: Cluster, args: string[], input?: unknown): Promise<Outcome> {
  const outcome = await as(
    cluster,
    admin,
    args,
    input === undefined ? undefined : typeof input === 'string' ? input : JSON.stringify(input),
  )
  if (outcome.exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${outcome.output}`)
  return outcome
}

async function argoCd(name = 'management'): Promise<ArgoCdRow | null | undefined> {
  return (await sandboxStatus(sandboxPorts, sandbox.directory)).clusters.find((cluster) => cluster.name === name)?.argoCd
}

async function isReady(): Promise<boolean> {
  return (await argoCd())?.ready ?? false
}

async function stateOf(name: string): Promise<string> {
  const { output } = await as(management, admin, [
    ...['-n', 'argocd', 'get', 'application', name, '-o'],
    'jsonpath={.status.sync.status}/{.status.health.status} {.status.conditions}',
  ])
  return output.trim()
}

async function becomesHealthy(name: string): Promise<void> {
  let last = ''
  await eventually(
    `${name} is Synced and Healthy`,
    async () => {
      last = await stateOf(name)
      return last === 'Synced/Healthy'
    },
    SYNC_LIMIT_MS,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${last}`)
  })
}

test('where Argo CD is installed, its real programs run', async () => {
  expect(await argoCd()).toBeNull()
  const begun = performance.now()
  await kubectl(management, ['create', 'namespace', 'argocd'])
  await kubectl(management, ['-n', 'argocd', 'apply', '--server-side', '-f', '-'], await argoCdManifests())
  const installed = performance.now()
  await eventually('Argo CD is ready', isReady, 120_000)
  const ready = performance.now()
  await kubectl(management, ['apply', '-f', '-'], application('shop', 'shop', { server: 'https://kubernetes.default.svc' }))
  await becomesHealthy('shop')
  const synced = performance.now()
  const memory = await memoryOfArgoCd()
  process.stdout.write(
    `Argo CD: manifests applied after ${seconds(installed - begun)}, ready ${seconds(ready - installed)} later, first Application Synced ${seconds(synced - ready)} later; ${Math.round(memory)} MB.\n`,
  )
  expect(await argoCd()).toMatchObject({ namespace: 'argocd', version: '3.5.3', ready: true, problem: null })
  expect(memory).toBeLessThan(800)
})

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

async function memoryOfArgoCd(): Promise<number> {
  let sum = 0
  for (const { pid } of await readLedger(sandboxFolders(sandbox.directory).clusterProcesses)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (/argocd-|redis-server/.test(command.split('\0')[0] ?? '')) sum += await proportionalMemory(pid)
  }
  return sum
}

test('a change by hand is healed', async () => {
  await kubectl(management, ['-n', 'shop', 'scale', 'deployment/web', '--replicas=5'])
  await eventually('it is as in Git', async () => (await replicas()) === '2', SYNC_LIMIT_MS)
  await becomesHealthy('shop')
})

async function replicas(): Promise<string> {
  return (await kubectl(management, ['-n', 'shop', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'])).stdout
}

test('an ApplicationSet makes Applications out of folders', async () => {
  const template = application('{{.path.basename}}', '{{.path.path}}', { server: 'https://kubernetes.default.svc' }) as {
    metadata: object
    spec: object
  }
  await kubectl(management, ['apply', '-f', '-'], {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'teams', namespace: 'argocd' },
    spec: {
      goTemplate: true,
      generators: [{ git: { repoURL: git.url, revision: 'main', directories: [{ path: 'teams/*' }] } }],
      template: { metadata: { name: '{{.path.basename}}' }, spec: template.spec },
    },
  })
  await becomesHealthy('red')
  await becomesHealthy('blue')
})

test('settings of the cluster reach the programs', async () => {
  await kubectl(management, [
    ...['-n', 'argocd', 'patch', 'configmap', 'argocd-cmd-params-cm', '--type=merge', '-p'],
    '{"data":{"server.rootpath":"/argo"}}',
  ])
  await eventually('its server has moved', async () => (await statusOf('/argo/api/version')) === 200, 60_000)
  await kubectl(management, [
    ...['-n', 'argocd', 'patch', 'configmap', 'argocd-cmd-params-cm', '--type=merge', '-p'],
    '{"data":{"server.rootpath":null}}',
  ])
  await eventually('its server is back', isReady, 60_000)
})

async function statusOf(where: string): Promise<number> {
  const url = (await argoCd())?.url ?? ''
  return fetch(`${url}${where}`).then(
    ({ status }) => status,
    () => 0,
  )
}

describe('a spoke', () => {
  const deployer = `arn:aws:iam::${ACCOUNT}:role/deployer`

  beforeAll(async () => {
    spoke = await createCluster(sandbox, 'spoke', 1)
    await makeAdmin(sandbox, 'spoke', admin.arn)
    await makeRoles()
    await makeAdmin(sandbox, 'spoke', deployer)
    await kubectl(management, ['apply', '-f', '-'], {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'spoke', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
      stringData: {
        name: 'spoke',
        server: spoke.endpoint,
        config: JSON.stringify({
          awsAuthConfig: { clusterName: 'spoke', roleARN: deployer },
          tlsClientConfig: { caData: spoke.certificateAuthority?.data },
        }),
      },
    })
    await kubectl(management, ['apply', '-f', '-'], application('far', 'shop', { name: 'spoke' }))
  })

  async function makeRoles(): Promise<void> {
    const iam = await sandbox.clients().iam()
    const trust = (Principal: object): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
      })
    await iam.send(new CreateRoleCommand({ RoleName: 'argocd', AssumeRolePolicyDocument: trust({ Service: 'pods.eks.amazonaws.com' }) }))
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'argocd',
        PolicyName: 'assume',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: deployer }],
        }),
      }),
    )
    await iam.send(
      new CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${ACCOUNT}:role/argocd` }) }),
    )
  }

  test('is out of reach for whom has no pod identity association', async () => {
    await eventually(
      'the Application has an error',
      async () => /NoCredentialProviders|no pod identity|credential|exit/i.test(await stateOf('far')),
      SYNC_LIMIT_MS,
    )
    expect(await as(spoke, admin, ['get', 'namespace', 'far'])).not.toMatchObject({ exitCode: 0 })
  })

  test('is managed with the role of the association and an access entry', async () => {
    const eks = await sandbox.clients().eks()
    for (const serviceAccount of ['argocd-application-controller', 'argocd-server']) {
      await eks.send(
        new CreatePodIdentityAssociationCommand({
          clusterName: 'management',
          namespace: 'argocd',
          serviceAccount,
          roleArn: `arn:aws:iam::${ACCOUNT}:role/argocd`,
        }),
      )
    }
    // It would look again by itself after some minutes. What is asked while it still looks is lost.
    await eventually(
      'far is no longer unknown',
      async () => {
        await kubectl(management, ['-n', 'argocd', 'annotate', '--overwrite', 'application', 'far', 'argocd.argoproj.io/refresh=hard'])
        await systemClock.sleep(5000)
        return !(await stateOf('far')).startsWith('Unknown')
      },
      SYNC_LIMIT_MS,
    )
    await becomesHealthy('far')
    expect((await kubectl(spoke, ['-n', 'far', 'get', 'deployment', 'web', '-o', 'name'])).stdout).toBe('deployment.apps/web')
    const log = await readFile(`${sandboxFolders(sandbox.directory).logs}/clusters/spoke/audit.log`, 'utf8')
    expect(log).toContain(`arn:aws:sts::${ACCOUNT}:assumed-role/deployer/`)
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'AssumeRole' }]
    const { Events = [] } = await (await sandbox.clients().cloudTrail()).send(new LookupEventsCommand({ LookupAttributes }))
    const records = Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '') as TrailRecord)
    const byEks = records.find(({ userIdentity }) => userIdentity.invokedBy === 'pods.eks.amazonaws.com')
    expect(byEks?.requestParameters).toMatchObject({ roleArn: `arn:aws:iam::${ACCOUNT}:role/argocd`, tags: expect.any(Array) as unknown[] })
    const byArgoCd = records.find(({ requestParameters }) => requestParameters?.['roleArn'] === deployer)
    expect(byArgoCd?.userIdentity.arn).toMatch(new RegExp(`^arn:aws:sts::${ACCOUNT}:assumed-role/argocd/eks-management-argocd-`))
  })
})

describe('what has no process here is played', () => {
  test('an operator writes the status of its objects, so that Argo CD finds them Healthy', async () => {
    await kubectl(management, ['apply', '-f', '-'], certificates)
    await kubectl(management, ['wait', '--for=condition=Established', 'crd/certificates.cert-manager.io', '--timeout=60s'])
    await git.push({
      'played/certificate.json': {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name: 'web' },
        spec: { secretName: 'web', dnsNames: ['web.example.com'], issuerRef: { name: 'ca' } },
      },
      'played/service.json': {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
      },
      'played/ingress.json': {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'web' },
        spec: { ingressClassName: 'alb', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
      },
      'played/job.json': {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'once' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'once', image: 'registry.invalid/once:1' }] } } },
      },
      'played/database.json': database,
    })
    await kubectl(management, ['apply', '-f', '-'], storageClass)
    await kubectl(management, ['apply', '-f', '-'], application('played', 'played', { server: 'https://kubernetes.default.svc' }))
    await becomesHealthy('played')
    const claim = await kubectl(management, ['-n', 'played', 'get', 'pvc', 'data-database-0', '-o', 'jsonpath={.status.phase}'])
    expect(claim.stdout).toBe('Bound')
    const address = await kubectl(management, [
      ...['-n', 'played', 'get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].hostname}'],
    ])
    expect(address.stdout).toMatch(/\.nlb\.eu-west-1\.sandbox\.invalid$/)
  })

  test('a volume goes with its claim', async () => {
    const names = async (): Promise<string> => (await kubectl(management, ['get', 'pv', '-o', 'name'])).stdout
    expect(await names()).toMatch(/^persistentvolume\/pvc-/)
    await kubectl(management, ['-n', 'argocd', 'delete', 'application', 'played', '--wait=false'])
    await kubectl(management, ['delete', 'namespace', 'played', '--timeout=120s'])
    await eventually('it is deleted', async () => (await names()) === '', 60_000)
  })
})

describe('kubectl exec', () => {
  const exec = async (args: string[], input?: string): Promise<Outcome> =>
    as(management, admin, ['-n', 'shop', 'exec', ...(input === undefined ? [] : ['-i']), 'deploy/web', '--', ...args], input)

  test('is answered for the pod that was asked', async () => {
    expect(await exec(['hostname'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^web-\w+-\w+$/) as string })
    expect(await exec(['cat'], 'what goes in\n')).toMatchObject({ exitCode: 0, stdout: 'what goes in' })
    expect(await exec(['false'])).toMatchObject({ exitCode: 1 })
  })

  test('runs no program of this machine', async () => {
    const { exitCode, output } = await exec(['sh', '-c', `touch ${sandbox.directory}/made`])
    expect(exitCode).toBe(126)
    expect(output).toContain('Pods of the sandbox run nothing')
    await expect(stat(`${sandbox.directory}/made`)).rejects.toThrow('ENOENT')
  })

  test('has a log beside it', async () => {
    expect((await kubectl(management, ['-n', 'shop', 'logs', 'deploy/web'])).output).toContain('there is no log')
  })

  test('is for who may do so', async () => {
    const stranger = await createUser(sandbox, 'stranger')
    expect((await as(management, stranger, ['-n', 'shop', 'exec', 'deploy/web', '--', 'hostname'])).exitCode).not.toBe(0)
  })
})

test('a Service that serves a part of the API counts as available', async () => {
  const labels = { app: 'metrics-server' }
  const metadata = { name: 'metrics-server', namespace: 'kube-system' }
  const objects = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'server', image: 'registry.invalid/metrics-server:1', ports: [{ name: 'https', containerPort: 10250 }] }],
          },
        },
      },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 443, targetPort: 'https' }] } },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        service: { name: 'metrics-server', namespace: 'kube-system' },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ]
  await kubectl(management, ['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: objects })
  await kubectl(management, ['wait', '--for=condition=Available', 'apiservice/v1beta1.metrics.k8s.io', '--timeout=120s'])
  expect((await kubectl(management, ['top', 'nodes'])).stdout.match(/^ip-.* 100m /gm)).toHaveLength(3)
  await kubectl(management, ['-n', 'shop', 'autoscale', 'deployment', 'web', '--min=2', '--max=4', '--cpu=50%'])
  await kubectl(management, ['-n', 'shop', 'wait', '--for=condition=ScalingActive', 'hpa/web', '--timeout=120s'])
})

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp3' },
  provisioner: 'ebs.csi.aws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
}

const database = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'database' },
  spec: {
    serviceName: 'database',
    selector: { matchLabels: { app: 'database' } },
    template: {
      metadata: { labels: { app: 'database' } },
      spec: {
        containers: [{ name: 'database', image: 'registry.invalid/database:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { storageClassName: 'gp3', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
}

/** As much of cert-manager as there must be for one of its objects. */
const certificates = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'certificates.cert-manager.io' },
  spec: {
    group: 'cert-manager.io',
    names: { kind: 'Certificate', listKind: 'CertificateList', plural: 'certificates', singular: 'certificate' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

describe('life and death', () => {
  test('down ends every program, and up brings Argo CD back at the same address', async () => {
    const before = { url: (await argoCd())?.url, processes: await ledger() }
    await stopSandbox(sandboxPorts, sandbox.directory)
    for (const process of before.processes) expect(await systemProcesses.isAlive(process)).toBe(false)
    await sandbox.up()
    await eventually('Argo CD is ready', isReady, 120_000)
    expect((await argoCd())?.url).toBe(before.url)
    await git.push({ 'shop/more.json': configMap('more') })
    await kubectl(management, ['-n', 'argocd', 'annotate', 'application', 'shop', 'argocd.argoproj.io/refresh=normal'])
    await eventually(
      'what was pushed is there',
      async () => (await as(management, admin, ['-n', 'shop', 'get', 'configmap', 'more'])).exitCode === 0,
      SYNC_LIMIT_MS,
    )
    await becomesHealthy('far')
  })

  test('what is uninstalled runs no more', async () => {
    const count = (await alive()).length
    await kubectl(management, ['-n', 'argocd', 'delete', 'deployments,statefulsets', '-l', 'app.kubernetes.io/part-of=argocd'])
    await eventually('its programs end', async () => (await alive()).length === count - 5, 60_000)
    expect(await argoCd()).toBeNull()
    await kubectl(management, ['-n', 'argocd', 'apply', '--server-side', '-f', '-'], await argoCdManifests())
    await eventually('Argo CD is ready', isReady, 120_000)
  })

  test('a deleted cluster leaves none of them', async () => {
    const before = await alive()
    const eks = await sandbox.clients().eks()
    await eks.send(new DeleteNodegroupCommand({ clusterName: 'management', nodegroupName: 'general' }))
    await eks.send(new DeleteClusterCommand({ name: 'management' }))
    await eventually('its programs end', async () => (await alive()).length === before.length - 9, 60_000)
  })
})

async function ledger(): Promise<Array<{ pid: number; startedAt: string }>> {
  return readLedger(sandboxFolders(sandbox.directory).clusterProcesses)
}

async function alive(): Promise<unknown[]> {
  const all = await ledger()
  const states = await Promise.all(all.map(async (process) => systemProcesses.isAlive(process)))
  return all.filter((_, index) => states[index])
}
