import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { codeCommitPlace, endOfPassword } from '../../../../src/lib/aws/codecommit-password.js'
import { bootstrapCluster, registerCluster } from '../../../../src/lib/clusters/bootstrap/bootstrap.js'
import { assertIdentity, type ClusterLink } from '../../../../src/lib/clusters/bootstrap/cluster-link.js'
import { clusterSecret } from '../../../../src/lib/clusters/bootstrap/cluster-secret.js'
import type { BootstrapContext } from '../../../../src/lib/clusters/bootstrap/context.js'
import { credentialsStep } from '../../../../src/lib/clusters/bootstrap/credentials-step.js'
import { signedPlace } from '../../../../src/lib/clusters/bootstrap/git-sign-in.js'
import { healthStep } from '../../../../src/lib/clusters/bootstrap/health-step.js'
import {
  argoCdStep,
  namespaceStep,
  projectsStep,
  registrationStep,
  rootStep,
} from '../../../../src/lib/clusters/bootstrap/install-steps.js'
import { commonFiles, FOLDER_APPLICATIONS } from '../../../../src/lib/clusters/bootstrap/gitops-tree.js'
import { takeLease } from '../../../../src/lib/clusters/bootstrap/lease.js'
import { isAsWanted } from '../../../../src/lib/clusters/bootstrap/same-object.js'
import { unregisterCluster, unregisterSteps } from '../../../../src/lib/clusters/bootstrap/unregister.js'
import { Work } from '../../../../src/lib/clusters/bootstrap/work.js'
import { enabledAddons } from '../../../../src/lib/gitops/addon-metadata.js'
import { addonApplication } from '../../../../src/lib/gitops/places.js'
import { managementOf } from '../../../../src/lib/config/management.js'
import { gitPlace } from '../../../../src/lib/config/git-place.js'
import { loadProject } from '../../../../src/lib/config/load.js'
import type { Project } from '../../../../src/lib/config/project.js'
import type { KubernetesObject } from '../../../../src/lib/core/kubernetes.js'
import type { ExecResult } from '../../../../src/lib/core/ports.js'
import { silentReporter } from '../../../../src/lib/core/report.js'
import { runSteps, type Step } from '../../../../src/lib/core/steps.js'
import { Helm } from '../../../../src/lib/helm/helm.js'
import { planOwnedFiles, writeOwnedFiles } from '../../../../src/lib/templates/owned-files.js'
import { TestApiServer } from '../../../helpers/api-server.js'
import { fakeClock } from '../../../helpers/fake-clock.js'
import { applicationObject, FakeKubernetes } from '../../../helpers/fake-kubernetes.js'
import { ENVIRONMENT, repository } from '../../config/repository.js'

const GIT = { url: 'https://git.example.com/acme.git', branch: 'main' }
const CODECOMMIT = { url: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/acme', branch: 'main' }
const MANAGEMENT = ENVIRONMENT.replace('workload', 'management')
const DEV = ENVIRONMENT.replace('10.0.0.0', '10.1.0.0')

interface Bench {
  project: Project
  hub: FakeKubernetes
  helm: Array<readonly string[]>
  env: Record<string, string>
  work: (environment: string, options?: { dryRun?: boolean; remainingMs?: number }) => Work
  run: (...steps: Step[]) => Promise<Array<[string, string, string | undefined]>>
}

/** @param helmAnswers what each of Helm's commands prints; empty: no release */
async function bench(helmAnswers: Record<string, string> = {}): Promise<Bench> {
  const project = await loadProject(await repository({ 'environments/mgmt.yaml': MANAGEMENT, 'environments/dev.yaml': DEV }))
  const hub = new FakeKubernetes()
  const calls: Array<readonly string[]> = []
  const env: Record<string, string> = {}
  const exec = async (_file: string, args: readonly string[]): Promise<ExecResult> => {
    calls.push(args)
    const stdout = helmAnswers[args[0] ?? '']
    return stdout === undefined ? { exitCode: 1, stdout: '', stderr: 'Error: release: not found' } : { exitCode: 0, stdout, stderr: '' }
  }
  const clock = fakeClock()
  const ports = { clock, signal: new AbortController().signal, env, report: silentReporter, exec }
  const link = (name: string): ClusterLink =>
    ({
      environment: project.environments.get(name)!,
      details: { arn: `arn:aws:eks:eu-west-1:000000000000:cluster/acme-${name}`, version: '1.35' },
      access: { endpoint: 'https://127.0.0.1:1', certificateAuthority: 'Q0E=' },
      connection: { region: 'eu-west-1', credentials: { accessKeyId: 'AKIAX', secretAccessKey: 's' } },
      outputs: {
        vpc_id: 'vpc-1',
        pod_identity_role_arns: { 'cert-manager': 'arn:aws:iam::000000000000:role/cert-manager' },
        ...(name === 'dev' && { argocd_deployer_role_arn: 'arn:aws:iam::000000000000:role/deployer' }),
      },
      kubectl: hub,
      helm: new Helm(ports, { program: 'helm', folder: '/t', kubeconfig: '/t/kubeconfig' }),
      folder: '/t',
      endpoint: undefined,
      close: async () => undefined,
    }) as unknown as ClusterLink
  return {
    project,
    hub,
    helm: calls,
    env,
    work: (environment, { dryRun = false, remainingMs = 60_000 } = {}) => {
      const context = { ports, project } as unknown as BootstrapContext
      const options = { environment, dryRun, wait: true, deadline: clock.now().getTime() + remainingMs }
      const environments = { environment: project.environments.get(environment)!, management: project.environments.get('mgmt')! }
      const work = new Work(context, options, environments)
      work.found({ cluster: link(environment), hub: link('mgmt'), git: GIT })
      return work
    },
    run: async (...steps) => {
      const { results } = await runSteps(ports, 'Test', steps)
      return results.map(({ id, outcome, detail }) => [id, outcome, detail])
    },
  }
}

let b: Bench
beforeEach(async () => void (b = await bench()))

const write = async (environment: string): Promise<void> => {
  const { filesFor } = await import('../../../../src/lib/clusters/bootstrap/git-step.js')
  await writeOwnedFiles(b.project.directory, await filesFor(b.work(environment)))
}

describe('what is brought into the cluster', () => {
  test('comes from the files, once', async () => {
    await write('mgmt')
    const steps = (): Step[] => {
      const work = b.work('mgmt')
      return [namespaceStep(work), projectsStep(work), rootStep(work), registrationStep(work)]
    }
    expect((await b.run(...steps())).map(([id, outcome]) => [id, outcome])).toEqual([
      ['namespaces', 'done'],
      ['projects', 'done'],
      ['root', 'done'],
      ['cluster', 'done'],
    ])
    const applied = b.hub.calls.filter((call) => call.startsWith('apply')).length
    expect((await b.run(...steps())).map(([, outcome]) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged'])
    expect(b.hub.calls.filter((call) => call.startsWith('apply'))).toHaveLength(applied)
  })

  test('is brought back where somebody changed it', async () => {
    await write('mgmt')
    await b.run(rootStep(b.work('mgmt')))
    const root = b.hub.objects('applications.argoproj.io')[0]!
    b.hub.put('applications.argoproj.io', { ...root, spec: { ...(root['spec'] as object), project: 'default' } })
    expect(await b.run(rootStep(b.work('mgmt')))).toEqual([['root', 'done', 'root']])
  })

  test('is what the user has made of a file', async () => {
    await write('mgmt')
    const file = path.join(b.project.directory, 'gitops/projects/platform.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace(/description: .*/, 'description: ours'))
    await write('mgmt')
    await b.run(projectsStep(b.work('mgmt')))
    expect(b.hub.objects('appprojects.argoproj.io').find(({ metadata }) => metadata.name === 'platform')).toMatchObject({
      spec: { description: 'ours' },
    })
  })

  test('is only told with --dry-run, also from files that are not written yet', async () => {
    const { filesFor } = await import('../../../../src/lib/clusters/bootstrap/git-step.js')
    const work = b.work('mgmt', { dryRun: true })
    work.files = await planOwnedFiles(b.project.directory, await filesFor(work))
    const told = await b.run(namespaceStep(work), projectsStep(work), rootStep(work), registrationStep(work))
    expect(told).toEqual([
      ['namespaces', 'planned', 'argocd'],
      ['projects', 'planned', 'apps-dev, apps-mgmt, platform'],
      ['root', 'planned', 'root'],
      ['cluster', 'planned', 'mgmt'],
    ])
    expect(b.hub.calls.filter((call) => call.startsWith('apply'))).toEqual([])
  })
})

describe('the release of Argo CD', () => {
  const history = (status: string, chart = 'argo-cd-10.1.1'): string =>
    JSON.stringify([{ revision: 1, status, chart, app_version: 'v3.5.3' }])
  const chart = { name: 'argo-cd', repository: 'https://charts.example.com', version: '10.1.1', key: 'argo-cd', known: true, values: {} }
  const look = async (answers: Record<string, string>) => {
    b = await bench(answers)
    const work = b.work('mgmt', { dryRun: true })
    work.chart = chart
    await mkdir(path.join(b.project.directory, 'gitops/addons/roles/management'), { recursive: true })
    await writeFile(path.join(b.project.directory, 'gitops/addons/roles/management/argo-cd.yaml'), 'a: 1\n')
    return (await b.run(argoCdStep(work)))[0]
  }

  test.each([
    [{}, 'planned', 'install argo-cd 10.1.1'],
    [{ history: history('pending-install') }, 'planned', 'repair revision 1, which is pending-install'],
    [{ history: history('deployed', 'argo-cd-9.0.0') }, 'planned', 'from argo-cd-9.0.0 to argo-cd-10.1.1'],
    [{ history: history('failed') }, 'planned', 'install again: revision 1 is failed'],
    [{ history: history('deployed'), get: '{"a":2}' }, 'planned', 'change its values'],
    [{ history: history('deployed'), get: '{"a":1}' }, 'unchanged', 'argo-cd-10.1.1 (v3.5.3)'],
  ])('%j: %s, %s', async (answers, outcome, detail) => {
    expect(await look(answers as Record<string, string>)).toEqual(['argocd', outcome, detail])
    expect(b.helm.map(([verb]) => verb)).not.toContain('upgrade')
  })
})

describe('Git credentials', () => {
  test('come from the environment, and are never told', async () => {
    Object.assign(b.env, { PLATFORM_GIT_USERNAME: 'bot', PLATFORM_GIT_PASSWORD: 'hunter2' })
    expect(await b.run(credentialsStep(b.work('mgmt')))).toEqual([['git-credentials', 'done', `for ${GIT.url}`]])
    expect(b.hub.objects('secrets')[0]).toMatchObject({
      metadata: { labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
      data: { username: Buffer.from('bot').toString('base64'), password: Buffer.from('hunter2').toString('base64') },
    })
  })

  test('are none, or those that are there', async () => {
    expect(await b.run(credentialsStep(b.work('mgmt')))).toEqual([['git-credentials', 'unchanged', `none: ${GIT.url} is read as anybody`]])
    b.hub.put('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'platform-git', namespace: 'argocd' } })
    expect(await b.run(credentialsStep(b.work('mgmt')))).toEqual([['git-credentials', 'unchanged', 'those in the cluster stay']])
  })

  test('for CodeCommit are signed, kept fresh by a job, and made anew when they end', async () => {
    const work = (): Work => Object.defineProperty(b.work('mgmt'), 'git', { value: CODECOMMIT })
    expect(await b.run(credentialsStep(work()))).toEqual([['git-credentials', 'done', `for ${CODECOMMIT.url}, signed`]])
    const [secret] = b.hub.objects('secrets') as Array<KubernetesObject & { data: Record<string, string> }>
    expect(Buffer.from(secret!.data['username']!, 'base64').toString()).toBe('AKIAX')
    expect(endOfPassword(Buffer.from(secret!.data['password']!, 'base64').toString())).toBeDefined()
    expect(b.hub.objects('cronjobs.batch')).toHaveLength(1)

    const again = 'signed, and kept fresh in the cluster'
    expect(await b.run(credentialsStep(work()))).toEqual([['git-credentials', 'unchanged', again]])
    const stale = Buffer.from(`20200101T000000Z${'0'.repeat(64)}`).toString('base64')
    b.hub.put('secrets', { ...secret!, data: { ...secret!.data, password: stale } })
    expect(await b.run(credentialsStep(work()))).toEqual([['git-credentials', 'done', `for ${CODECOMMIT.url}, signed`]])
  })

  test('that somebody gave stay, also for CodeCommit, and no job overwrites them', async () => {
    const work = (): Work => Object.defineProperty(b.work('mgmt'), 'git', { value: CODECOMMIT })
    Object.assign(b.env, { PLATFORM_GIT_USERNAME: 'bot', PLATFORM_GIT_PASSWORD: 'hunter2' })
    expect(await signedPlace(work())).toBeUndefined()
    expect(await b.run(credentialsStep(work()))).toEqual([['git-credentials', 'done', `for ${CODECOMMIT.url}`]])
    delete b.env['PLATFORM_GIT_USERNAME']
    delete b.env['PLATFORM_GIT_PASSWORD']
    expect(await signedPlace(work())).toBeUndefined()
    expect(await b.run(credentialsStep(work()))).toEqual([['git-credentials', 'unchanged', 'those in the cluster stay']])
    expect(b.hub.objects('cronjobs.batch')).toEqual([])
  })

  test('are not given beside a job that would overwrite them', async () => {
    const work = (): Work => Object.defineProperty(b.work('mgmt'), 'git', { value: CODECOMMIT })
    await b.run(credentialsStep(work()))
    Object.assign(b.env, { PLATFORM_GIT_USERNAME: 'bot', PLATFORM_GIT_PASSWORD: 'hunter2' })
    await expect(b.run(credentialsStep(work()))).rejects.toMatchObject({ code: 'BadFlag' })
  })

  test('are looked at only once the cluster was identified', () => {
    const work = b.work('mgmt')
    Object.defineProperty(work, 'git', { get: () => expect.unreachable() })
    expect(credentialsStep(work).id).toBe('git-credentials')
  })

  test('the files for CodeCommit hold the job and no password', async () => {
    const files = commonFiles(b.project, CODECOMMIT, codeCommitPlace(CODECOMMIT.url))
    const file = files.find(({ path: name }) => name === 'gitops/bootstrap/git-credentials.yaml')
    expect(file?.content.split('---\n').map((text) => (parse(text) as KubernetesObject).kind)).toEqual([
      'ServiceAccount',
      'Role',
      'RoleBinding',
      'CronJob',
    ])
    expect(commonFiles(b.project, GIT).some(({ path: name }) => name.endsWith('git-credentials.yaml'))).toBe(false)
  })

  test('by half are refused', async () => {
    b.env['PLATFORM_GIT_USERNAME'] = 'bot'
    await expect(b.run(credentialsStep(b.work('mgmt')))).rejects.toMatchObject({ code: 'BadFlag' })
  })
})

describe('the Secret of a cluster', () => {
  test('holds no credential: a role for a workload cluster, nothing for the one that Argo CD runs in', () => {
    const { cluster: dev } = b.work('dev')
    const secret = clusterSecret(dev, GIT)
    expect(secret.metadata.labels).toMatchObject({ environment: 'dev', role: 'workload', 'kubernetes-version': '1.35' })
    expect(secret.metadata.annotations).toMatchObject({
      addons_repo_url: GIT.url,
      addons_repo_revision: 'main',
      aws_cluster_name: 'acme-dev',
      aws_vpc_id: 'vpc-1',
      cert_manager_role_arn: 'arn:aws:iam::000000000000:role/cert-manager',
    })
    const { name, server, config } = secret['stringData'] as Record<string, string>
    expect([name, server]).toEqual(['dev', 'https://127.0.0.1:1'])
    expect(JSON.parse(config ?? '')).toEqual({
      awsAuthConfig: { clusterName: 'acme-dev', roleARN: 'arn:aws:iam::000000000000:role/deployer' },
      tlsClientConfig: { insecure: false, caData: 'Q0E=' },
    })
    const { cluster: mgmt } = b.work('mgmt')
    expect(clusterSecret(mgmt, GIT)['stringData']).toMatchObject({ name: 'mgmt', server: 'https://kubernetes.default.svc' })
  })

  test('cannot be made before the role exists', () => {
    const { cluster } = b.work('dev')
    expect(() => clusterSecret({ ...cluster, outputs: {} }, GIT)).toThrow(expect.objectContaining({ code: 'PreflightFailed' }) as Error)
  })
})

test('the files of a repository are valid, and the projects of applications keep them out of the namespaces of the platform', () => {
  const files = commonFiles(b.project, GIT)
  for (const { path: file, content } of files.filter((each) => each.path.endsWith('.yaml')))
    expect(parse(content), file).toHaveProperty('kind')
  const dev = parse(files.find(({ path: file }) => file.endsWith('apps-dev.yaml'))?.content ?? '') as { spec: { destinations: unknown[] } }
  expect(dev.spec.destinations).toContainEqual({ name: 'dev', namespace: '!argocd' })
  const applications = files.map(({ content }) => content).filter((text) => text.includes('kind: Application'))
  expect(applications.length).toBe(FOLDER_APPLICATIONS.length)
  for (const text of applications) expect(text).not.toContain('finalizers')
})

describe('waiting', () => {
  const put = (...objects: KubernetesObject[]): void => {
    for (const object of objects) b.hub.put('applications.argoproj.io', object)
  }
  const addons = (environment: string): KubernetesObject[] =>
    enabledAddons(b.project.environments.get(environment)!).map(({ name }) => applicationObject(addonApplication(name, environment)))
  const folders = (revision: string): KubernetesObject[] => [
    ...FOLDER_APPLICATIONS.map((name) => applicationObject(name, { revision })),
    ...addons('mgmt'),
    ...addons('dev'),
  ]
  const health = (environment: string): Promise<Array<[string, string, string | undefined]>> => {
    const work = b.work(environment)
    work.commit = 'new'
    return b.run(healthStep(work, () => undefined))
  }

  test('is over at once where all is well', async () => {
    put(...folders('new'))
    expect(await health('mgmt')).toEqual([['healthy', 'unchanged', undefined]])
  })

  test('goes on until every add-on of the cluster is there', async () => {
    put(...folders('new'))
    await b.hub.delete({ resource: 'applications.argoproj.io', name: 'jaeger-mgmt', namespace: 'argocd' })
    await expect(health('mgmt')).rejects.toMatchObject({ details: { missing: ['jaeger-mgmt'] } })
  })

  test('goes on until Argo CD has seen the commit', async () => {
    put(...folders('old'))
    await expect(health('mgmt')).rejects.toMatchObject({ code: 'NotHealthy' })
    expect(b.hub.calls.filter((call) => call.includes('refresh')).length).toBeGreaterThanOrEqual(FOLDER_APPLICATIONS.length)
  })

  test('takes what waits for a sync as it is, and passes over other clusters', async () => {
    const elsewhere = applicationObject('elsewhere', { health: 'Degraded' })
    put(...folders('new'), applicationObject('shop', { sync: 'OutOfSync', automated: false }))
    expect((await health('mgmt'))[0]?.[1]).toBe('unchanged')
    elsewhere['spec'] = { ...(elsewhere['spec'] as object), destination: { name: 'prod' } }
    put(elsewhere)
    expect((await health('dev'))[0]?.[1]).toBe('unchanged')
    await expect(health('mgmt')).rejects.toMatchObject({ code: 'NotHealthy' })
  })

  test('also for what an ApplicationSet has not made yet', async () => {
    put(...folders('new'))
    b.hub.put('applicationsets.argoproj.io', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'velero', namespace: 'argocd' },
      status: { conditions: [{ type: 'ErrorOccurred', status: 'True', message: 'no such annotation' }] },
    })
    await expect(health('mgmt')).rejects.toMatchObject({ reason: expect.stringContaining('velero: no such annotation') as string })
  })
})

describe('the lease of a cluster', () => {
  const processes = (alive: boolean) => ({
    ...{ self: async () => ({ pid: 7, startedAt: 'now' }), isAlive: async () => alive },
    ...{ startDetached: () => Promise.reject(new Error('no')), signal: async () => undefined },
  })
  const take = (alive: boolean, clock = fakeClock()) => takeLease({ clock, processes: processes(alive) }, b.hub)
  const leases = (): KubernetesObject[] => b.hub.objects('leases.coordination.k8s.io')

  test('is taken and given back', async () => {
    const release = await take(true)
    expect(leases()).toHaveLength(1)
    await release()
    expect(leases()).toEqual([])
  })

  test('keeps a second one out, and tells who has it', async () => {
    const release = await take(true)
    await expect(take(true)).rejects.toMatchObject({ code: 'RunInProgress', reason: expect.stringContaining('/7/now') as string })
    await release()
  })

  test('is taken over from a dead process, and from a machine that no longer renews it', async () => {
    const release = await take(true)
    const second = await take(false)
    await release()
    await second()
    b.hub.put('leases.coordination.k8s.io', {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'platform-bootstrap', namespace: 'kube-system' } },
      spec: { holderIdentity: 'ann@elsewhere/1/x', leaseDurationSeconds: 60, renewTime: '2030-01-01T00:00:00.000000Z' },
    })
    await expect(take(true, fakeClock('2030-01-01T00:00:30Z'))).rejects.toMatchObject({ code: 'RunInProgress' })
    await (
      await take(true, fakeClock('2030-01-01T00:02:00Z'))
    )()
    expect(leases()).toEqual([])
  })
})

describe('the identity of a cluster', () => {
  test('is that of the certificate authority that EKS names', async () => {
    const folder = await repository({})
    const server = await TestApiServer.start(folder, {})
    const { cluster } = b.work('dev')
    const context = { ports: { signal: new AbortController().signal } } as unknown as BootstrapContext
    const access = { endpoint: server.url, certificateAuthority: server.certificateAuthority }
    try {
      expect(await assertIdentity(context, { ...cluster, access })).toContain('acme-dev')
      const otherFolder = await repository({})
      const other = await TestApiServer.start(otherFolder, {})
      const wrong = { endpoint: server.url, certificateAuthority: other.certificateAuthority }
      await other.stop()
      await expect(assertIdentity(context, { ...cluster, access: wrong })).rejects.toMatchObject({ code: 'WrongCluster', exitCode: 3 })
    } finally {
      await server.stop()
    }
    await expect(assertIdentity(context, { ...cluster, access })).rejects.toMatchObject({ code: 'KubernetesUnreachable' })
  })

  test.each(['arn:aws:eks:eu-west-1:000000000000:cluster/other', 'arn:aws:eks:eu-west-1:111122223333:cluster/acme-dev'])(
    'is not that of %s',
    async (arn) => {
      const { cluster } = b.work('dev')
      const context = { ports: { signal: new AbortController().signal } } as unknown as BootstrapContext
      await expect(assertIdentity(context, { ...cluster, details: { ...cluster.details, arn } })).rejects.toMatchObject({
        code: 'WrongCluster',
      })
    },
  )
})

test.each(['the file in Git', 'Argo CD'])(
  'what runs in a cluster stays also where an application names it by the address that %s has',
  async (place) => {
    const server = 'https://dev.example.com'
    const application = (name: string, destination: object) =>
      b.hub.put('applications.argoproj.io', {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
        spec: { destination },
      })
    application('by-name', { name: 'dev' })
    application('by-address', { server })
    application('other', { server: 'https://test.example.com' })
    if (place === 'Argo CD') {
      const data = { server: Buffer.from(server).toString('base64') }
      b.hub.put('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'dev', namespace: 'argocd' }, data })
    } else {
      const file = { path: 'gitops/clusters/dev/cluster.yaml', content: `stringData: { name: dev, server: "${server}" }\n` }
      await writeOwnedFiles(b.project.directory, [file])
    }
    const kept = new Set<string>()
    await b.run(unregisterSteps(b.work('dev'), kept)[0]!)
    expect([...kept].sort()).toEqual(['by-address', 'by-name'])
    const finalizers = b.hub.objects('applications.argoproj.io').map(({ metadata }) => [metadata.name, metadata['finalizers']])
    expect(Object.fromEntries(finalizers)).toMatchObject({ 'by-address': [], 'by-name': [], other: [expect.anything()] })
  },
)

test('nobody is asked about an environment that is not there', async () => {
  let asked = 0
  const confirm = async (): Promise<void> => {
    asked += 1
    throw new Error('no')
  }
  const options = { dryRun: false, wait: true, deadline: 0, confirm }
  const context = b as unknown as BootstrapContext
  await expect(bootstrapCluster(context, { ...options, environment: 'nope' })).rejects.toMatchObject({ code: 'EnvironmentNotFound' })
  await expect(registerCluster(context, { ...options, environment: 'mgmt' })).rejects.toMatchObject({ code: 'BadFlag' })
  await expect(unregisterCluster(context, { ...options, environment: 'dve' })).rejects.toMatchObject({ code: 'EnvironmentNotFound' })
  expect(asked).toBe(0)
  await expect(bootstrapCluster(context, { ...options, environment: 'mgmt' })).rejects.toThrow('no')
  expect(asked).toBe(1)
})

test('a workload environment needs a management environment', () => {
  const dev = b.project.environments.get('dev')!
  expect(managementOf(b.project, dev).name).toBe('mgmt')
  const alone = { ...b.project, environments: new Map([['dev', dev]]) }
  expect(() => managementOf(alone, dev)).toThrow(expect.objectContaining({ code: 'ManagementMissing' }) as Error)
})

test('the repository is the one of platform.yaml, else that of the sandbox', () => {
  const { platform } = b.project
  expect(gitPlace(platform, 'http://127.0.0.1:4566/')).toEqual({ url: 'http://127.0.0.1:4566/git/acme.git', branch: 'main' })
  expect(() => gitPlace(platform, undefined)).toThrow(expect.objectContaining({ code: 'InvalidConfiguration' }) as Error)
})

test('what others add to an object does not count, what is missing does', () => {
  const wanted = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', labels: { a: '1' } }, spec: { list: [1], gone: {} } }
  expect(isAsWanted(undefined, wanted)).toBe(false)
  expect(isAsWanted({ ...wanted, metadata: { name: 'x', labels: { a: '1', b: '2' } }, spec: { list: [1], more: 1 } }, wanted)).toBe(true)
  expect(isAsWanted({ ...wanted, spec: { list: [1, 2] } }, wanted)).toBe(false)
})

test('files of the user stay, those of platform follow', async () => {
  const { directory } = b.project
  const file = (content: string) => [{ path: 'gitops/x.yaml', content }]
  const actions = async (content: string) => (await writeOwnedFiles(directory, file(content))).map(({ action }) => action)
  expect(await actions('one\n')).toEqual(['write'])
  expect(await actions('one\n')).toEqual(['keep'])
  expect(await actions('two\n')).toEqual(['write'])
  const { writeFile } = await import('node:fs/promises')
  await writeFile(path.join(directory, 'gitops/x.yaml'), 'ours\n')
  expect(await actions('three\n')).toEqual(['edited'])
  expect(await readFile(path.join(directory, 'gitops/x.yaml'), 'utf8')).toBe('ours\n')
})
