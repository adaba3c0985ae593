import { execa } from 'execa'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { disableAddon, enableAddon, type ChangeOptions, upgradeAddon } from '../../../src/lib/addons/change.js'
import type { AddonsContext } from '../../../src/lib/addons/context.js'
import { diffAddon } from '../../../src/lib/addons/diff.js'
import { listAddons } from '../../../src/lib/addons/list.js'
import { loadProject } from '../../../src/lib/config/load.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { KubernetesObject } from '../../../src/lib/core/kubernetes.js'
import type { ExecResult, Ports } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { clusterFile } from '../../../src/lib/gitops/places.js'
import { Helm } from '../../../src/lib/helm/helm.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { applicationObject, FakeKubernetes } from '../../helpers/fake-kubernetes.js'
import { ENVIRONMENT, PLATFORM, repository } from '../config/repository.js'

const MANAGEMENT = ENVIRONMENT.replace('workload', 'management')
const DEV = `${ENVIRONMENT.replace('10.0.0.0', '10.1.0.0')}# Ours
addons:
  kyverno: # policies
    enabled: true
`
const MIRROR = `${PLATFORM}mirrors:\n  charts:\n    url: https://charts.example.com\n    digests: mirror\n`
const env = {
  PATH: process.env['PATH'],
  HOME: '/nowhere',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Caller',
  GIT_AUTHOR_EMAIL: 'caller@example.com',
  GIT_COMMITTER_NAME: 'Caller',
  GIT_COMMITTER_EMAIL: 'caller@example.com',
}
const OPTIONS: ChangeOptions = { dryRun: false, wait: false, timeoutMs: 10_000, reason: undefined }

let here: string
let bare: string
let hub: FakeKubernetes
let context: AddonsContext
/** What an archive holds, by `chart-version`. */
let archives: Record<string, string>
/** What Helm makes of it. */
let rendered: (version: string) => string

const git = async (...args: string[]): Promise<string> => (await execa('git', args, { cwd: here, env })).stdout
const read = (file: string): Promise<string> => readFile(path.join(here, file), 'utf8')
const write = async (file: string, text: string): Promise<void> => {
  await mkdir(path.dirname(path.join(here, file)), { recursive: true })
  await writeFile(path.join(here, file), text)
}
const reload = async (): Promise<void> => void (context = { ...context, project: await loadProject(here) })

/** Helm that packs what `archives` says. */
async function helm(_program: string, args: readonly string[]): Promise<ExecResult> {
  const flag = (name: string): string => args.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3) ?? ''
  if (args[0] === 'template') return { exitCode: 0, stdout: rendered(args[2] ?? ''), stderr: '' }
  const archive = `${args[1]}-${flag('version')}`
  await writeFile(path.join(flag('destination'), `${archive}.tgz`), archives[archive] ?? archive)
  return { exitCode: 0, stdout: '', stderr: '' }
}

beforeEach(async () => {
  here = await repository({ 'platform.yaml': MIRROR, 'environments/mgmt.yaml': MANAGEMENT, 'environments/dev.yaml': DEV })
  bare = await mkdtemp(path.join(tmpdir(), 'platform-bare-'))
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-helm-'))
  await execa('git', ['init', '-q', '--bare', '-b', 'main', bare], { env })
  await git('init', '-q', '-b', 'main')
  await git('add', '-A')
  await git('commit', '-qm', 'First')
  hub = new FakeKubernetes()
  archives = {}
  rendered = () => ''
  const ports = { exec: execProgram, env, signal: new AbortController().signal, clock: fakeClock(), report: silentReporter }
  context = {
    ports: ports as unknown as Ports,
    project: await loadProject(here),
    git: async () => ({ url: `file://${bare}`, branch: 'main' }),
    hub: async () => hub,
    cluster: async () => hub,
    helm: async () => ({ helm: new Helm({ ...ports, exec: helm }, { program: 'helm', folder }), folder }),
  }
})
afterEach(() => rm(bare, { recursive: true, force: true }))

const SECRET = 'metadata:\n  labels:\n    role: workload\n  annotations:\n    aws_cluster_name: acme-dev\n'
const bootstrapped = async (): Promise<void> => {
  await write(clusterFile('dev'), SECRET)
  await git('add', '-A')
  await git('commit', '-qm', 'Bootstrapped')
}

describe('enabling', () => {
  test('before the first bootstrap only writes files, and notes the digest', async () => {
    const change = await enableAddon(context, { name: 'karpenter', environment: 'dev' }, OPTIONS)
    expect(change).toMatchObject({ status: 'written', commit: null, version: '1.14.1' })
    expect(change.remarks.join()).toContain('platform env apply dev')
    const text = await read('environments/dev.yaml')
    expect(text).toContain('# Ours')
    expect(text).toContain('# policies')
    expect(text).toContain('karpenter:\n    enabled: true')
    expect(await read('gitops/addons/applicationsets/karpenter.yaml')).toContain('kind: ApplicationSet')
    const lock = JSON.parse(await read('platform.lock.json')) as { charts: Record<string, unknown> }
    expect(Object.keys(lock.charts)).toEqual(['karpenter', 'karpenter-crd'])
  })

  test('afterwards is one commit that switches the cluster as well', async () => {
    await bootstrapped()
    const change = await enableAddon(context, { name: 'karpenter', environment: 'dev' }, { ...OPTIONS, reason: 'Cheaper nodes' })
    expect(change.status).toBe('sent')
    expect(await read(clusterFile('dev'))).toContain('enable_karpenter: "true"')
    expect(await read(clusterFile('dev'))).toContain('addon_karpenter_version: 1.14.1')
    expect(await git('--git-dir', bare, 'log', '-1', '--format=%an: %B', 'main')).toContain(
      'Caller: Enable karpenter 1.14.1 in dev\n\nCheaper nodes',
    )
    expect((await git('--git-dir', bare, 'ls-tree', '-r', '--name-only', 'main')).split('\n')).toEqual(expect.arrayContaining(change.files))
    expect(await git('status', '--short')).toBe('')

    await reload()
    expect(await enableAddon(context, { name: 'karpenter', environment: 'dev' }, OPTIONS)).toMatchObject({ status: 'unchanged', files: [] })
  })

  test('waits until Argo CD has brought it, whatever other add-ons are doing', async () => {
    await bootstrapped()
    const revision = '0'.repeat(40)
    const put = (name: string, health: string): void => {
      const object = applicationObject(name, { revision, health })
      const sources = [{ chart: 'karpenter-crd', targetRevision: '1.14.1' }]
      hub.put(
        'applications.argoproj.io',
        name === 'karpenter-dev' ? { ...object, spec: { ...(object['spec'] as object), sources } } : object,
      )
    }
    put('clusters', 'Healthy')
    put('addons', 'Degraded')
    put('karpenter-dev', 'Progressing')
    const wait = { ...OPTIONS, wait: true }
    const target = { name: 'karpenter', environment: 'dev' }
    await expect(enableAddon(context, target, wait)).rejects.toMatchObject({
      code: 'NotHealthy',
      message: expect.stringContaining('Not synced and healthy: karpenter-dev,') as string,
    })
    put('karpenter-dev', 'Healthy')
    await reload()
    expect((await enableAddon(context, target, wait)).steps.at(-1)).toMatchObject({ outcome: 'done', detail: 'synced and healthy' })
  })

  test('with --dry-run says what would change, and changes nothing', async () => {
    await bootstrapped()
    const change = await enableAddon(context, { name: 'karpenter', environment: 'dev' }, { ...OPTIONS, dryRun: true })
    expect(change).toMatchObject({ status: 'planned', commit: null })
    expect(change.files).toEqual(expect.arrayContaining(['environments/dev.yaml', clusterFile('dev')]))
    expect(await git('status', '--short')).toBe('')
  })

  test('refuses another archive than the one that was noted, before anything is written', async () => {
    await bootstrapped()
    await enableAddon(context, { name: 'karpenter', environment: 'dev' }, OPTIONS)
    archives['karpenter-1.14.1'] = 'somebody else has published this'
    await reload()
    await disableAddon(context, { name: 'karpenter', environment: 'dev' }, OPTIONS)
    await reload()
    await expect(enableAddon(context, { name: 'karpenter', environment: 'dev' }, OPTIONS)).rejects.toMatchObject({
      code: 'ChartDigestMismatch',
      exitCode: 3,
    })
    expect(await git('status', '--short')).toBe('')
  })

  test.each([
    ['nothing', 'dev', 'AddonNotFound'],
    ['karpentr', 'dev', 'AddonNotFound'],
    ['rancher', 'dev', 'BadFlag'],
    ['kyverno', 'prod', 'EnvironmentNotFound'],
  ])('of %s in %s is %s', async (name, environment, code) => {
    await expect(enableAddon(context, { name, environment }, OPTIONS)).rejects.toMatchObject({ code })
  })

  test('is refused on a Kubernetes version that it does not run on', async () => {
    await write('environments/dev.yaml', `${ENVIRONMENT.replace('10.0.0.0', '10.1.0.0')}cluster:\n  kubernetesVersion: "1.36"\n`)
    await reload()
    await expect(enableAddon(context, { name: 'kyverno', environment: 'dev' }, OPTIONS)).rejects.toMatchObject({
      code: 'AddonOutsideWindow',
      exitCode: 3,
    })
  })
})

describe('disabling', () => {
  const resource = (kind: string, name: string, namespace = '', group = ''): Record<string, unknown> => ({ kind, name, namespace, group })

  test('tells what stays, and the commands that remove it', async () => {
    await bootstrapped()
    const resources = [
      resource('CustomResourceDefinition', 'policies.kyverno.io', '', 'apiextensions.k8s.io'),
      resource('Deployment', 'kyverno', 'kyverno', 'apps'),
      resource('Service', 'kyverno', 'kyverno'),
      resource('ClusterRole', 'kyverno', '', 'rbac.authorization.k8s.io'),
    ]
    hub.put('applications.argoproj.io', applicationObject('kyverno-dev', { resources }))
    const { remainder, status } = await disableAddon(context, { name: 'kyverno', environment: 'dev' }, OPTIONS)
    expect(status).toBe('sent')
    expect(remainder).toEqual({
      objects: ['Deployment kyverno/kyverno', 'Service kyverno/kyverno', 'ClusterRole kyverno'],
      definitions: ['policies.kyverno.io'],
      commands: [
        'platform cluster kubeconfig dev --use',
        'kubectl delete --ignore-not-found --namespace kyverno deployment.apps/kyverno service/kyverno',
        'kubectl delete --ignore-not-found clusterrole.rbac.authorization.k8s.io/kyverno',
        'kubectl delete --ignore-not-found customresourcedefinition.apiextensions.k8s.io/policies.kyverno.io',
      ],
    })
    expect(await read('environments/dev.yaml')).toContain('enabled: false')
  })

  test('waits until Argo CD has let go of it', async () => {
    await bootstrapped()
    hub.put('applications.argoproj.io', applicationObject('kyverno-dev'))
    const wait = { ...OPTIONS, wait: true }
    await expect(disableAddon(context, { name: 'kyverno', environment: 'dev' }, wait)).rejects.toMatchObject({ code: 'NotHealthy' })
    await hub.delete({ resource: 'applications.argoproj.io', name: 'kyverno-dev', namespace: 'argocd' })
    await reload()
    expect((await disableAddon(context, { name: 'kyverno', environment: 'dev' }, wait)).status).toBe('unchanged')
  })

  test('is not for Argo CD itself', async () => {
    await expect(disableAddon(context, { name: 'argo-cd', environment: 'mgmt' }, OPTIONS)).rejects.toMatchObject({ code: 'BadFlag' })
  })
})

describe('another version', () => {
  test('is written into the file of the environment', async () => {
    await bootstrapped()
    const change = await upgradeAddon(context, { name: 'fluent-bit', environment: 'dev', to: '0.58.0' }, OPTIONS)
    expect(change).toMatchObject({ status: 'sent', version: '0.58.0' })
    expect(await read('environments/dev.yaml')).toContain('fluent-bit:\n    version: 0.58.0')
    expect(await read(clusterFile('dev'))).toContain('addon_fluent_bit_version: 0.58.0')
  })

  test('that the catalogue does not know is told to be unknown; a range is refused', async () => {
    const unknown = await upgradeAddon(context, { name: 'kyverno', environment: 'dev', to: '3.8.7' }, { ...OPTIONS, dryRun: true })
    expect(unknown.remarks.join()).toContain('is not known')
    await expect(upgradeAddon(context, { name: 'kyverno', environment: 'dev', to: '^3' }, OPTIONS)).rejects.toMatchObject({
      code: 'InvalidConfiguration',
    })
  })

  test('is for what is enabled', async () => {
    await expect(upgradeAddon(context, { name: 'velero', environment: 'dev' }, OPTIONS)).rejects.toMatchObject({ code: 'BadFlag' })
  })

  test('is compared with the one before, object by object', async () => {
    const object = (name: string, data: Record<string, string>): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data,
    })
    rendered = (archive) =>
      (archive.includes('0.58.0')
        ? [object('same', { a: '1', gone: 'x' }), object('new', {})]
        : [object('same', { a: '2' }), object('old', {})]
      )
        .map((each) => JSON.stringify(each))
        .join('\n---\n')
    const diff = await diffAddon(context, { name: 'fluent-bit', environment: 'dev', to: '0.58.0' })
    expect(diff).toMatchObject({ from: '0.58.1', to: '0.58.0', added: ['ConfigMap new'], removed: ['ConfigMap old'] })
    expect(diff.words).toEqual([
      'ConfigMap new is new.',
      'ConfigMap old is gone.',
      'ConfigMap same: data.a is "2", and becomes "1".',
      'ConfigMap same: data.gone is not set, and becomes "x".',
    ])
  })
})

test('what differs in the cluster is told in words, with the namespace that an object names or not', async () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { level: 'info' } }
  rendered = () => JSON.stringify(map)
  hub.put('applications.argoproj.io', applicationObject('kyverno-dev'))
  const place = { name: 'kyverno', environment: 'dev' }
  expect((await diffAddon(context, place)).words).toEqual(['ConfigMap kyverno/settings is in Git and not in the cluster.'])
  hub.put('configmaps', { ...map, metadata: { name: 'settings', namespace: 'kyverno' }, data: { level: 'debug', more: 'x' } })
  expect((await diffAddon(context, place)).words).toEqual([
    'ConfigMap kyverno/settings: data.level is "debug" in the cluster; Git says "info".',
  ])
  await expect(diffAddon(context, { name: 'fluent-bit', environment: 'dev' })).rejects.toMatchObject({ code: 'ArgoCdNotReady' })
})

describe('the content of a Secret is told nowhere', () => {
  const secret = (value: string): KubernetesObject => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' } },
    ...{ data: { password: value, 'a.key': value }, stringData: { text: value }, type: value === 'T2xk' ? 'Opaque' : 'other' },
  })

  test('between two versions', async () => {
    rendered = (archive) => JSON.stringify(secret(archive.includes('0.58.0') ? 'TmV3' : 'T2xk'))
    const diff = await diffAddon(context, { name: 'fluent-bit', environment: 'dev', to: '0.58.0' })
    expect(diff.words).toContain('Secret login: data.password is "(hidden)", and becomes "(hidden)".')
    expect(diff.words).toContain('Secret login: type is "Opaque", and becomes "other".')
    expect(JSON.stringify(diff)).not.toMatch(/T2xk|TmV3/)
  })

  test('between files and the cluster', async () => {
    rendered = () => JSON.stringify(secret('TmV3'))
    hub.put('applications.argoproj.io', applicationObject('kyverno-dev'))
    hub.put('secrets', { ...secret('T2xk'), metadata: { name: 'login', namespace: 'kyverno' } })
    const diff = await diffAddon(context, { name: 'kyverno', environment: 'dev' })
    expect(diff.words).toContain('Secret kyverno/login: data.password is "(hidden)" in the cluster; Git says "(hidden)".')
    expect(JSON.stringify(diff)).not.toMatch(/T2xk|TmV3/)
  })
})

describe('a list', () => {
  test('says what is enabled where, and how it is', async () => {
    hub.put('applications.argoproj.io', applicationObject('kyverno-dev', { health: 'Degraded' }))
    const { addons, unknown } = await listAddons(context)
    expect(unknown).toBeNull()
    expect(addons.find(({ name }) => name === 'kyverno')?.environments).toEqual([
      expect.objectContaining({ environment: 'dev', enabled: true, fits: true, health: 'Degraded', sync: 'Synced' }) as unknown,
      expect.objectContaining({ environment: 'mgmt', enabled: true, health: null, sync: null }) as unknown,
    ])
    expect((await listAddons(context, { environment: 'dev' })).addons.map(({ name }) => name)).not.toContain('rancher')
  })

  test('says why the state is not known where nobody answers', async () => {
    const hubless = {
      ...context,
      hub: () => Promise.reject(new UserError('KubernetesUnreachable', 'It does not answer.', { reason: 'Refused.' })),
    }
    const { addons, unknown } = await listAddons(hubless)
    expect(unknown).toBe('It does not answer. Refused.')
    expect(addons.length).toBeGreaterThan(15)
  })
})
