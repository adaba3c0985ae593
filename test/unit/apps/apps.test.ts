import { execa } from 'execa'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appsApplicationSet } from '../../../src/lib/apps/application-set.js'
import type { AppsContext } from '../../../src/lib/apps/context.js'
import { createApp, type CreateOptions } from '../../../src/lib/apps/create.js'
import { deleteApp, planDeletion } from '../../../src/lib/apps/delete.js'
import { deployApp, promoteApp } from '../../../src/lib/apps/deploy.js'
import { imageAssignments, parseAssignment, withValues } from '../../../src/lib/apps/edit-values.js'
import { appHistory } from '../../../src/lib/apps/history.js'
import { irreversibleIn } from '../../../src/lib/apps/irreversible.js'
import { parseOverlay } from '../../../src/lib/apps/model.js'
import { pauseApp } from '../../../src/lib/apps/pause.js'
import { planRollback } from '../../../src/lib/apps/rollback.js'
import { syncApp } from '../../../src/lib/apps/sync.js'
import { appStatus } from '../../../src/lib/apps/status.js'
import { differences, inWords } from '../../../src/lib/gitops/words.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { verifyTemplates } from '../../../src/lib/templates/verify.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { FakeKubernetes } from '../../helpers/fake-kubernetes.js'

let folder: string
let here: string
let bare: string
let context: AppsContext
let cluster: FakeKubernetes

const env = {
  PATH: process.env['PATH'],
  HOME: '/nowhere',
  GIT_CONFIG_NOSYSTEM: '1',
  USER: 'caller',
  GIT_AUTHOR_NAME: 'Caller',
  GIT_AUTHOR_EMAIL: 'caller@example.com',
  GIT_COMMITTER_NAME: 'Caller',
  GIT_COMMITTER_EMAIL: 'caller@example.com',
}
const git = async (...args: string[]) => (await execa('git', args, { cwd: here, env })).stdout
const read = (file: string) => readFile(path.join(here, file), 'utf8')

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-apps-'))
  ;[here, bare] = [path.join(folder, 'here'), path.join(folder, 'bare.git')]
  await execa('git', ['init', '-q', '--bare', '-b', 'main', bare], { env })
  await execa('git', ['init', '-q', '-b', 'main', here], { env })
  await writeFile(path.join(here, 'platform.yaml'), 'one\n')
  await git('add', '-A')
  await git('commit', '-qm', 'First')
  cluster = new FakeKubernetes()
  const environment = (name: string, preset: string) => ({ name, role: 'workload', isolation: 'hard', preset })
  const environments = new Map([
    ['dev', environment('dev', 'small')],
    ['prod', environment('prod', 'production')],
  ])
  const ports = { exec: execProgram, env, signal: new AbortController().signal, clock: fakeClock(), report: silentReporter }
  context = {
    ports: ports as unknown as Ports,
    project: { directory: here, environments } as unknown as AppsContext['project'],
    git: async () => ({ url: `file://${bare}`, branch: 'main' }),
    hub: async () => cluster,
    cluster: async () => cluster,
    render: async () => [],
  }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const NEW: CreateOptions = {
  app: 'web',
  environments: [],
  base: '1.0.0',
  source: { kind: 'starter' },
  image: 'registry.example.com/web:1.0.0',
  autoSync: undefined,
  namespace: undefined,
  dryRun: false,
  reason: undefined,
  push: true,
}
const create = (options: Partial<CreateOptions> = {}) => createApp(context, { ...NEW, ...options })
const NO_CHANGE = { set: [], unset: [] }
const HOW = { dryRun: false, wait: false, timeoutMs: 1000, sync: false, reason: undefined }
const DEV = { app: 'web', environment: 'dev' }
const deploy = (version: string, environment = 'dev') =>
  deployApp(context, { app: 'web', environment }, { ...NO_CHANGE, image: `registry.example.com/web:${version}` }, HOW)

describe('a new application', () => {
  test('has one overlay for each environment, and production waits for a sync by hand', async () => {
    const created = await create()
    expect(created.environments).toEqual([
      { name: 'dev', autoSync: true },
      { name: 'prod', autoSync: false },
    ])
    expect(await parseOverlay(DEV, await read('gitops/apps/web/environments/dev/app.yaml'))).toEqual({
      ...DEV,
      base: '1.0.0',
      namespace: 'web',
      autoSync: true,
    })
    expect(await read('gitops/apps/web/environments/dev/values.yaml')).toContain(
      '\nimage:\n  repository: registry.example.com/web\n  tag: 1.0.0\n',
    )
    expect(await git('status', '--porcelain')).toBe('')
    await expect(create()).rejects.toMatchObject({ code: 'AppExists' })
  })

  test('a dry run writes nothing', async () => {
    expect((await create({ dryRun: true })).status).toBe('planned')
    expect(await git('status', '--porcelain')).toBe('')
  })

  test('manifests are kept literally in a chart', async () => {
    const manifests = path.join(folder, 'k8s')
    await mkdir(manifests)
    await writeFile(path.join(manifests, 'a.yaml'), 'kind: ConfigMap # {{ mine }}\n')
    await create({ source: { kind: 'folder', folder: manifests }, image: undefined })
    expect(await read('gitops/apps/web/base/1.0.0/templates/a.yaml')).toBe('kind: ConfigMap # {{ "{{" }} mine }}\n')
  })

  test('the ApplicationSet deletes nothing, and leaves a pause alone', () => {
    const { spec } = appsApplicationSet({ url: 'https://git.example.com/acme.git', branch: 'main' }) as unknown as {
      spec: { syncPolicy: unknown; ignoreApplicationDifferences: unknown }
    }
    expect(spec.syncPolicy).toEqual({ applicationsSync: 'create-update', preserveResourcesOnDeletion: true })
    expect(spec.ignoreApplicationDifferences).toEqual([{ jqPathExpressions: ['.spec.syncPolicy.automated.enabled'] }])
  })
})

describe('changes', () => {
  beforeEach(async () => {
    await create()
  })

  test('a deploy touches one overlay, and going back touches it alone', async () => {
    await deploy('2.0.0')
    await deploy('9.0.0', 'prod')
    const plan = await planRollback(context, DEV, undefined, HOW)
    const rolled = await plan.run()
    expect(rolled.files).toEqual(['gitops/apps/web/environments/dev/values.yaml'])
    expect(await read('gitops/apps/web/environments/dev/values.yaml')).toContain('tag: 1.0.0')
    expect(await read('gitops/apps/web/environments/prod/values.yaml')).toContain('tag: 9.0.0')
    expect(await git('--git-dir', bare, 'log', '-1', '--format=%s', 'main')).toMatch(/^Roll back web in dev to [0-9a-f]{12}$/)
    const history = await appHistory(context, DEV, { askCluster: false })
    expect(history.map(({ image }) => image)).toEqual([1, 2, 1].map((major) => `registry.example.com/web:${major}.0.0`))
  })

  test('without an earlier commit there is nothing to go back to', async () => {
    await expect(planRollback(context, DEV, undefined, HOW)).rejects.toMatchObject({ code: 'AppRevisionNotFound' })
    await expect(planRollback(context, DEV, 'HEAD~1', HOW)).rejects.toMatchObject({ code: 'AppRevisionNotFound' })
  })

  test('promotion brings base and image, and leaves other values', async () => {
    await deployApp(context, { app: 'web', environment: 'prod' }, { ...NO_CHANGE, set: ['replicas=6'] }, HOW)
    await deploy('2.0.0')
    await promoteApp(context, { app: 'web', from: 'dev', to: 'prod', values: false }, HOW)
    const values = await read('gitops/apps/web/environments/prod/values.yaml')
    expect(values).toContain('tag: 2.0.0')
    expect(values).toContain('replicas: 6')
  })

  test('an unknown base, environment and application are refused', async () => {
    const to = (place: { app: string; environment: string }, base?: string) => deployApp(context, place, { ...NO_CHANGE, base }, HOW)
    await expect(to(DEV, '7.0.0')).rejects.toMatchObject({ code: 'BadFlag' })
    await expect(to({ app: 'web', environment: 'dve' })).rejects.toMatchObject({ code: 'EnvironmentNotFound' })
    await expect(to({ app: 'wbe', environment: 'dev' })).rejects.toMatchObject({ code: 'AppNotFound' })
  })

  test('a pause is written where the ApplicationSet leaves it, and status tells of it', async () => {
    cluster.put('applications.argoproj.io', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'web.dev', namespace: 'argocd' },
      spec: { source: { path: 'gitops/apps/web/base/1.0.0' }, syncPolicy: { automated: { prune: true } } },
    })
    const pause = (on: boolean) => pauseApp(context, DEV, { pause: on, reason: 'Fire', dryRun: false })
    expect((await pause(true)).status).toBe('paused')
    expect((await pause(true)).status).toBe('unchanged')
    expect((await appStatus(context, DEV))[0]).toMatchObject({
      policy: 'paused',
      remarks: ['Paused by caller: Fire.', 'Argo CD could not compare it.'],
    })
    expect((await pause(false)).status).toBe('resumed')
    expect((await appStatus(context, DEV))[0]).toMatchObject({ policy: 'automatic' })
  })
})

test.each([
  [{ namespace: 'Shop' }, '--namespace'],
  [{ namespace: 'kube-system' }, '--namespace'],
  [{ namespace: 'argocd' }, '--namespace'],
  [{ source: { kind: 'chart', name: '../x', repository: 'https://x.example.com', version: '1.0.0' } }, '--chart'],
  [{ source: { kind: 'chart', name: 'x', repository: 'ftp://x.example.com', version: '1.0.0' } }, '--repository'],
  [{ source: { kind: 'chart', name: 'x', repository: 'http://x.example.com', version: '1.0.0' } }, '--repository'],
  [{ source: { kind: 'chart', name: 'x', repository: 'x', version: '1.0.0' } }, '--repository'],
] as Array<[Partial<CreateOptions>, string]>)('%j is refused', async (options, flag) => {
  await expect(create(options)).rejects.toMatchObject({ code: 'BadFlag', message: expect.stringContaining(flag) as string })
  expect(await git('status', '--porcelain')).toBe('')
})

test('a source that a base which is there would make useless is refused', async () => {
  await create({ environments: ['dev'] })
  const source = { kind: 'chart', name: 'x', repository: 'oci://x.example.com/charts', version: '1.0.0' } as const
  await expect(create({ source })).rejects.toMatchObject({ code: 'BadFlag', message: expect.stringContaining('--chart') as string })
  await create({ source, base: '2.0.0' })
  expect(await read('gitops/apps/web/base/2.0.0/Chart.yaml')).toContain('oci://x.example.com/charts')
})

describe('a question', () => {
  let asked: number
  const confirm = async (): Promise<void> => {
    asked += 1
    throw new Error('no')
  }
  beforeEach(() => (asked = 0))

  test('is not asked about what cannot be done', async () => {
    await create()
    await expect(create({ confirm })).rejects.toMatchObject({ code: 'AppExists' })
    await expect(create({ app: 'Web', confirm })).rejects.toMatchObject({ code: 'InvalidName' })
    await expect(create({ app: 'other', environments: ['dve'], confirm })).rejects.toMatchObject({ code: 'EnvironmentNotFound' })
    const change = { ...NO_CHANGE, base: '9.9.9' }
    await expect(deployApp(context, DEV, change, { ...HOW, confirm })).rejects.toMatchObject({ code: 'BadFlag' })
    const promotion = { app: 'web', from: 'dev', to: 'nope', values: false }
    await expect(promoteApp(context, promotion, { ...HOW, confirm })).rejects.toMatchObject({ code: 'EnvironmentNotFound' })
    const pausing = { pause: true, reason: undefined, dryRun: false, confirm }
    await expect(pauseApp(context, DEV, pausing)).rejects.toMatchObject({ code: 'ArgoCdNotReady' })
    expect(asked).toBe(0)
  })

  test('comes before anything is written', async () => {
    await expect(create({ confirm })).rejects.toThrow('no')
    expect(await git('status', '--porcelain')).toBe('')
    await create()
    const before = await git('rev-parse', 'HEAD')
    await expect(deployApp(context, DEV, { ...NO_CHANGE, set: ['replicas=3'] }, { ...HOW, confirm })).rejects.toThrow('no')
    expect(asked).toBe(2)
    expect([await git('status', '--porcelain'), await git('rev-parse', 'HEAD')]).toEqual(['', before])
  })
})

test('a sync waits for an application that Argo CD has not seen yet, and names it when the time is over', async () => {
  await create()
  const syncing = { dryRun: false, wait: true, timeoutMs: 10_000, prune: true }
  const before = context.ports.clock.now().getTime()
  await expect(syncApp(context, DEV, syncing)).rejects.toMatchObject({ code: 'ArgoCdNotReady', details: { application: 'web.dev' } })
  expect(context.ports.clock.now().getTime() - before).toBeGreaterThanOrEqual(10_000)
})

describe('what goes wrong', () => {
  const refusePushes = async (): Promise<void> => {
    await writeFile(path.join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\necho not today >&2\nexit 1\n', { mode: 0o755 })
  }
  const allowPushes = async (): Promise<void> => rm(path.join(bare, 'hooks', 'pre-receive'))
  const REMOVAL = { dryRun: false, keepResources: false, wait: false, timeoutMs: 1000, reason: undefined }
  const state = async (): Promise<unknown> => [
    await git('status', '--porcelain', '--untracked-files=all'),
    await git('rev-parse', 'HEAD'),
    await readdir(path.join(here, 'gitops', 'apps'), { recursive: true }).catch(() => []),
  ]

  test.each(['an empty server', 'one that has something'])('a refused push to %s leaves everything as it was', async (which) => {
    if (which !== 'an empty server') await create({ app: 'first' })
    await refusePushes()
    const before = await state()
    await expect(create()).rejects.toMatchObject({ code: 'GitRefused' })
    expect(await state()).toEqual(before)
    await allowPushes()
    await create()
    await refusePushes()
    const [created, values] = [await state(), 'gitops/apps/web/environments/dev/values.yaml']
    await expect(deploy('2.0.0')).rejects.toMatchObject({ code: 'GitRefused' })
    expect(await state()).toEqual(created)
    await expect(deleteApp(context, await planDeletion(context, { app: 'web' }), REMOVAL)).rejects.toMatchObject({ code: 'GitRefused' })
    expect(await state()).toEqual(created)
    // What the user has changed stays, too.
    await writeFile(path.join(here, values), 'image: { repository: mine, tag: "1" }\n')
    await expect(deployApp(context, DEV, { ...NO_CHANGE, set: ['replicas=3'] }, HOW)).rejects.toMatchObject({ code: 'GitRefused' })
    expect(await read(values)).toBe('image: { repository: mine, tag: "1" }\n')
  })

  test('files that a dead run has written are published by the same command', async () => {
    await create({ push: false })
    const created = await create()
    expect(created.environments.map(({ name }) => name)).toEqual(['dev', 'prod'])
    expect(await git('status', '--porcelain')).toBe('')
    expect(await git('ls-tree', '-r', '--name-only', 'HEAD', 'gitops/apps/web')).toContain('base/1.0.0/Chart.yaml')
    await expect(create()).rejects.toMatchObject({ code: 'AppExists' })
  })

  test('a deletion that was cut short is finished by the same command', async () => {
    await create()
    await rm(path.join(here, 'gitops/apps/web'), { recursive: true })
    const plan = await planDeletion(context, { app: 'web' })
    expect(plan.environments).toEqual(['dev', 'prod'])
    expect(plan.files).toContain('gitops/apps/web/environments/dev/app.yaml')
    expect((await deleteApp(context, plan, REMOVAL)).commit).toBe(await git('rev-parse', 'HEAD'))
    await expect(planDeletion(context, { app: 'web' })).rejects.toMatchObject({ code: 'AppNotFound' })
    cluster.put('applications.argoproj.io', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'web.prod', namespace: 'argocd', labels: { app: 'web' } },
    })
    expect(await planDeletion(context, { app: 'web' })).toEqual({ app: 'web', environments: ['prod'], files: [] })
    await expect(planDeletion(context, { app: 'web', environment: 'dev' })).rejects.toMatchObject({ code: 'AppNotFound' })
  })

  test('a deleted application can be made again', async () => {
    await create()
    await deleteApp(context, await planDeletion(context, { app: 'web' }), REMOVAL)
    expect((await create()).status).toBe('created')
  })
})

test('the ApplicationSet is in the lock file, so that an edit is known', async () => {
  await create()
  expect(await git('ls-tree', '--name-only', 'HEAD')).toContain('platform.lock.json')
  expect(await verifyTemplates(here, { strict: true })).toMatchObject({ files: 1, edited: [] })
  const file = path.join(here, 'gitops/bootstrap/apps.yaml')
  await writeFile(file, `${await readFile(file, 'utf8')}# mine\n`)
  expect((await verifyTemplates(here)).edited).toEqual(['gitops/bootstrap/apps.yaml'])
  await expect(verifyTemplates(here, { strict: true })).rejects.toMatchObject({ code: 'TemplateTampered' })
  // And stays.
  await create({ app: 'other' })
  expect(await readFile(file, 'utf8')).toContain('# mine')
})

describe('values', () => {
  test('are set with their comments kept', () => {
    const text = withValues('values.yaml', '# ours\nreplicas: 2 # two\n', [
      parseAssignment('replicas=3'),
      parseAssignment(String.raw`a.b\.c=x`),
    ])
    expect(text).toBe('# ours\nreplicas: 3 # two\na:\n  b.c: x\n')
  })

  test.each(['x', '=1', 'a..b=1', '__proto__.a=1'])('--set %s is refused', (text) => {
    expect(() => parseAssignment(text)).toThrow(expect.objectContaining({ code: 'BadFlag' }))
  })

  test('an image needs a tag or a digest', () => {
    expect(imageAssignments('localhost:5000/a/b:1').map(({ value }) => value)).toEqual(['localhost:5000/a/b', '1', undefined])
    expect(() => imageAssignments('nginx')).toThrow(expect.objectContaining({ code: 'BadFlag' }))
  })
})

describe('differences', () => {
  test('only what Git says counts, lists go by name, and quantities by what they mean', () => {
    const wanted = { spec: { replicas: 2, containers: [{ name: 'web', image: 'a', cpu: '1000m', env: [] }] } }
    const found = { spec: { replicas: 5, extra: 1, containers: [{ name: 'side' }, { name: 'web', image: 'a', cpu: '1' }] } }
    expect(differences(wanted, found).map((each) => inWords({ object: 'Deployment web', ...each }))).toEqual([
      'Deployment web: spec.replicas is 5 in the cluster; Git says 2.',
    ])
  })

  test('what Git cannot undo is found', () => {
    const texts = new Map([
      ['a.yaml', 'kind: Job\n'],
      ['b.yaml', 'kind: Deployment\n'],
    ])
    expect(irreversibleIn(texts).map(({ kind, where }) => [kind, where])).toEqual([['Job', 'a.yaml']])
  })
})
