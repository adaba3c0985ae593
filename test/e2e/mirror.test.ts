import { execa } from 'execa'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRepository, ecrLogin, missingRepositories } from '../../src/lib/aws/registry.js'
import { addonCatalogue } from '../../src/lib/config/addons/catalogue.js'
import type { MirrorRecord } from '../../src/lib/mirror/folder.js'
import type { MirrorPlan } from '../../src/lib/mirror/plan.js'
import type { PullResult } from '../../src/lib/mirror/pull.js'
import type { PushResult } from '../../src/lib/mirror/push.js'
import { digestOf, ImageRegistry, RegistryFront } from '../helpers/image-registry.js'
import { canMount, onSmallDisk } from '../helpers/mounts.js'
import { type CliResult, Repository } from '../helpers/repository.js'
import { eventually, findTool, TestSandbox } from '../helpers/sandbox.js'
import { type SmallChart, SmallCharts } from '../helpers/small-charts.js'

const LONG = 300_000
const LAYER = 200_000

const version = (name: string): string => addonCatalogue()[name]?.version ?? ''
const pods = (...images: string[]): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one' },
    spec: { containers: images.map((image) => ({ name: 'one', image })) },
  })

const charts: SmallChart[] = [
  {
    name: 'argo-cd',
    version: version('argo-cd'),
    values: {
      global: { image: { repository: 'quay.io/argoproj/argocd' } },
      redis: { image: { repository: 'public.ecr.aws/docker/library/redis' } },
    },
    template: pods('{{ .Values.global.image.repository }}:v3', '{{ .Values.redis.image.repository }}:8'),
  },
  {
    name: 'metrics-server',
    version: version('metrics-server'),
    values: { image: { repository: 'registry.k8s.io/metrics-server/metrics-server' }, fixed: 'busybox:1' },
    template: pods('{{ .Values.image.repository }}:v0.8', '{{ .Values.fixed }}'),
  },
]
const IMAGES = [
  'busybox:1',
  'public.ecr.aws/docker/library/redis:8',
  'quay.io/argoproj/argocd:v3',
  'registry.k8s.io/metrics-server/metrics-server:v0.8',
]

let repository: Repository
let helmRepository: SmallCharts
let publisher: ImageRegistry
let front: RegistryFront
let mirror: ImageRegistry
let work: string
const digests = new Map<string, string>()

/** With nothing of the catalogue but these add-ons. */
async function writeEnvironment(name: string, role: 'management' | 'workload', cidr: string, enabled: readonly string[]): Promise<void> {
  const allowed = Object.entries(addonCatalogue()).filter(([, { clusters }]) => clusters.includes(role))
  const file = {
    ...{ apiVersion: 'platform/v1alpha1', kind: 'Environment', role, isolation: 'hard', preset: 'small', account: 'sandbox' },
    network: { cidr },
    cluster: { kubernetesVersion: '1.35' },
    addons: Object.fromEntries(allowed.map(([addon]) => [addon, { enabled: enabled.includes(addon) }])),
  }
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments', `${name}.yaml`), JSON.stringify(file, null, 2))
}

const sources = (): string[] => ['--charts-from', helmRepository.url, '--images-from', front.host]
const pull = (folder: string, ...flags: string[]): Promise<CliResult> =>
  repository.run('mirror', 'pull', '--to', folder, ...sources(), '--json', ...flags)
const push = (folder: string, to: string, ...flags: string[]): Promise<CliResult> =>
  repository.run('mirror', 'push', '--from', folder, '--to', to, '--yes', '--json', ...flags)
const recordOf = async (folder: string): Promise<MirrorRecord> =>
  JSON.parse(await readFile(path.join(folder, 'mirror.json'), 'utf8')) as MirrorRecord
const errorOf = (result: CliResult) => result.json<{ error: { code: string; message: string; details: Record<string, unknown> } }>().error

function succeeded<T>(result: CliResult): T {
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  return result.json<T>()
}

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'mirror-'))
  repository = await Repository.init()
  await writeEnvironment('mgmt', 'management', '10.20.0.0/16', ['argo-cd'])
  await writeEnvironment('dev', 'workload', '10.30.0.0/16', ['metrics-server'])
  // The charts of this test are none of the publishers', so their digests cannot be those of the catalogue.
  await repository.edit(
    'platform.yaml',
    (text) => `${text}\nmirrors:\n  charts:\n    url: https://charts.example.org\n    digests: mirror\n`,
  )
  helmRepository = await SmallCharts.start(charts)
  publisher = await ImageRegistry.start()
  front = await RegistryFront.start(publisher)
  mirror = await ImageRegistry.start()
  for (const image of IMAGES) {
    const [name = '', tag = ''] = image.replace(/^[a-z0-9.-]+\.[a-z0-9]+\//, '').split(':')
    digests.set(image, await publisher.add(name, tag, LAYER))
  }
}, LONG)

afterAll(async () => {
  await front.stop()
  await publisher.stop()
  await mirror.stop()
  await helmRepository.stop()
  await repository.remove()
  await rm(work, { recursive: true, force: true })
}, LONG)

describe('mirror plan', () => {
  it(
    'lists every chart and image with its digest',
    async () => {
      const plan = succeeded<MirrorPlan>(await repository.run('mirror', 'plan', ...sources(), '--json'))
      expect(plan.charts.map(({ chart }) => chart).sort()).toEqual(['argo-cd', 'metrics-server'])
      expect(plan.charts[0]?.digest).toBe(await helmRepository.digest(plan.charts[0]?.chart ?? '', plan.charts[0]?.version ?? ''))
      expect(Object.fromEntries(plan.images.map(({ reference, digest }) => [reference, digest]))).toEqual(Object.fromEntries(digests))
      const ofDev = succeeded<MirrorPlan>(await repository.run('mirror', 'plan', '-e', 'dev', '--no-digests', ...sources(), '--json'))
      expect(ofDev.images.map(({ reference, digest, addons }) => [reference, digest, addons])).toEqual([
        ['busybox:1', null, ['metrics-server']],
        ['registry.k8s.io/metrics-server/metrics-server:v0.8', null, ['metrics-server']],
      ])
    },
    LONG,
  )

  it(
    'names the images that would not come from the mirror, until a value is written for them',
    async () => {
      const before = await repository.edit('platform.yaml', (text) => `${text}  images:\n    registry: mirror.example.org/all\n`)
      const args = ['mirror', 'plan', '--check', '--no-digests', ...sources(), '--json']
      const refused = await repository.run(...args)
      expect([refused.exitCode, errorOf(refused).code]).toEqual([3, 'ImagesOutsideMirror'])
      expect(errorOf(refused).details['outside']).toEqual([{ addon: 'metrics-server', environment: 'dev', image: 'busybox:1' }])
      const layer = path.join(repository.directory, 'gitops/addons/environments/dev')
      await mkdir(layer, { recursive: true })
      await writeFile(path.join(layer, 'metrics-server.yaml'), 'fixed: mirror.example.org/all/busybox:1\n')
      succeeded(await repository.run(...args))
      await rm(path.join(repository.directory, 'gitops'), { recursive: true })
      await writeFile(path.join(repository.directory, 'platform.yaml'), before)
    },
    LONG,
  )
})

describe('mirror pull', () => {
  it(
    'goes on after it was killed, and fetches nothing twice',
    async () => {
      const folder = path.join(work, 'killed')
      front.delayMs = 700
      const running = repository.start('mirror', 'pull', '--to', folder, ...sources(), '--json')
      await eventually('an image has come', async () => (await recordOf(folder).catch(() => undefined))?.images.length === 2, 120_000)
      await new Promise((resolve) => setTimeout(resolve, 300))
      process.kill(-(running.pid ?? 0), 'SIGKILL')
      await running
      front.delayMs = 0
      expect((await recordOf(folder)).complete).toBe(false)
      const refused = await push(folder, `oci://${mirror.host}/mirror`)
      expect([refused.exitCode, errorOf(refused).code]).toEqual([1, 'MirrorIncomplete'])
      // As a kill in the middle of a write leaves it.
      await writeFile(path.join(folder, 'images/blobs/sha256/0123.456.tmp'), 'half')

      front.asked.length = 0
      const have = (await recordOf(folder)).images.map(({ name }) => name)
      const result = succeeded<PullResult>(await pull(folder))
      expect(result.charts).toEqual({ there: 2, fetched: 0, mended: 0 })
      expect(result.images).toEqual({ there: have.length, fetched: IMAGES.length - have.length, mended: 0 })
      expect(front.asked.filter((line) => have.some((name) => line.includes(`/${name}/`)))).toEqual([])
      expect((await readdir(path.join(folder, 'images/blobs/sha256'))).filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([])

      front.asked.length = 0
      const again = succeeded<PullResult>(await pull(folder))
      expect([again.images, front.asked]).toEqual([{ there: IMAGES.length, fetched: 0, mended: 0 }, []])
      expect((await readdir(folder)).sort()).toEqual(['charts', 'images', 'mirror.json'])
    },
    LONG,
  )

  it(
    'ends clean on Ctrl-C',
    async () => {
      const folder = path.join(work, 'stopped')
      front.delayMs = 700
      const running = repository.start('mirror', 'pull', '--to', folder, ...sources(), '--json')
      await eventually('an image has come', async () => (await recordOf(folder).catch(() => undefined))?.images.length === 1, 120_000)
      running.kill('SIGINT')
      const { exitCode } = await running
      front.delayMs = 0
      expect(exitCode).toBe(130)
      expect((await readdir(folder)).sort()).toEqual(['charts', 'images', 'mirror.json'])
      expect(succeeded<PullResult>(await pull(folder)).images.there).toBeGreaterThan(0)
    },
    LONG,
  )

  it(
    'says which registry cannot be reached, and what is missing in it',
    async () => {
      const silent = await repository.run(
        'mirror',
        'pull',
        '--to',
        path.join(work, 'none'),
        '--charts-from',
        helmRepository.url,
        '--images-from',
        '127.0.0.1:1',
        '--json',
      )
      expect([silent.exitCode, errorOf(silent).code]).toEqual([1, 'RegistryUnreachable'])
      expect(errorOf(silent).details).toEqual({ registries: ['127.0.0.1:1'], images: IMAGES })
      const missing = await pull(path.join(work, 'none'), '--image', 'quay.io/no/such:1')
      expect([missing.exitCode, errorOf(missing).code]).toEqual([1, 'ImageNotFound'])
      const noCharts = await repository.run('mirror', 'plan', '--charts-from', 'http://127.0.0.1:1', '--json')
      expect([noCharts.exitCode, errorOf(noCharts).code]).toEqual([1, 'ChartNotFound'])
    },
    LONG,
  )

  it(
    'says that the disk is full, and goes on in the same folder',
    async () => {
      if (!(await canMount())) return
      const folder = path.join(work, 'small')
      await mkdir(folder)
      const args = ['mirror', 'pull', '--to', folder, ...sources(), '--json']
      const full = await repository.runWith({ below: onSmallDisk(folder, 700, false) }, '-C', repository.directory, ...args)
      expect([full.exitCode, errorOf(full).code], full.stdout).toEqual([1, 'DiskFull'])
    },
    LONG,
  )
})

describe('mirror push', () => {
  let folder: string
  const to = (): string => `oci://${mirror.host}/mirror`

  beforeAll(async () => {
    folder = path.join(work, 'whole')
    succeeded(await pull(folder))
  }, LONG)

  it(
    'refuses a folder that was tampered with, and a pull mends it',
    async () => {
      const { images, charts: archives } = await recordOf(folder)
      for (const file of [`images/blobs/sha256/${images[0]?.stored.slice(7)}`, archives[0]?.file ?? '']) {
        const target = path.join(folder, file)
        const right = await readFile(target)
        await writeFile(target, Buffer.concat([right, Buffer.from(' ')]))
        const refused = await push(folder, to())
        expect([refused.exitCode, errorOf(refused).code]).toEqual([3, 'MirrorDigestMismatch'])
        expect(errorOf(refused).details).toMatchObject({ expected: digestOf(right), found: digestOf(await readFile(target)) })
      }
      const mended = succeeded<PullResult>(await pull(folder))
      expect([mended.charts.mended, mended.images.mended]).toEqual([1, 1])
    },
    LONG,
  )

  it(
    'sends everything once, by digest, and Helm finds the charts there',
    async () => {
      const first = succeeded<PushResult>(await push(folder, to()))
      expect([first.charts, first.images]).toEqual([
        { pushed: 2, there: 0 },
        { pushed: IMAGES.length, there: 0 },
      ])
      const again = succeeded<PushResult>(await push(folder, to()))
      expect([again.charts, again.images]).toEqual([
        { pushed: 0, there: 2 },
        { pushed: 0, there: IMAGES.length },
      ])
      expect((await mirror.manifest('mirror/argoproj/argocd', 'v3'))?.digest).toBe(digests.get('quay.io/argoproj/argocd:v3'))
      expect((await mirror.manifest('mirror/busybox', '1'))?.digest).toBe(digests.get('busybox:1'))

      const { path: helm } = await findTool('helm')
      const argoCd = version('argo-cd')
      await execa(helm, ['pull', `${first.mirrors.charts.url}/argo-cd`, '--version', argoCd, '--plain-http', '--destination', work])
      const archive = path.join(work, `argo-cd-${argoCd}.tgz`)
      expect(digestOf(await readFile(archive))).toBe(await helmRepository.digest('argo-cd', argoCd))
      expect((await execa(helm, ['template', 'argo-cd', archive])).stdout).toContain('quay.io/argoproj/argocd:v3')

      // All of it from the mirror alone.
      const plan = succeeded<MirrorPlan>(
        await repository.run(
          'mirror',
          'plan',
          '--charts-from',
          first.mirrors.charts.url,
          '--images-from',
          first.mirrors.images.registry,
          '--json',
        ),
      )
      expect(Object.fromEntries(plan.images.map(({ reference, digest }) => [reference, digest]))).toEqual(Object.fromEntries(digests))
    },
    LONG,
  )

  it(
    'never replaces what has the same name and another digest',
    async () => {
      const target = `oci://${mirror.host}/other`
      const other = await mirror.add('other/argoproj/argocd', 'v3', 10)
      const refused = await push(folder, target)
      expect([refused.exitCode, errorOf(refused).code]).toEqual([3, 'MirrorDigestMismatch'])
      expect(errorOf(refused).details).toMatchObject({ expected: digests.get('quay.io/argoproj/argocd:v3'), found: other })
      expect((await mirror.manifest('other/argoproj/argocd', 'v3'))?.digest).toBe(other)
    },
    LONG,
  )

  it(
    'leaves out kinds of machines, and does not mix folders',
    async () => {
      succeeded(await push(folder, `oci://${mirror.host}/arm`, '--platform', 'linux/arm64'))
      expect((await mirror.manifest('arm/argoproj/argocd', 'v3'))?.body.manifests).toMatchObject([
        { platform: { os: 'linux', architecture: 'arm64' } },
      ])
      succeeded(await push(folder, `oci://${mirror.host}/arm`, '--platform', 'linux/arm64'))
      const small = path.join(work, 'amd')
      succeeded(await pull(small, '--platform', 'linux/amd64'))
      expect((await recordOf(small)).images.every(({ digest, stored }) => digest !== stored)).toBe(true)
      succeeded(await push(small, `oci://${mirror.host}/amd`))
      expect((await mirror.manifest('amd/argoproj/argocd', 'v3'))?.body.manifests).toMatchObject([{ platform: { architecture: 'amd64' } }])
      const mixed = await pull(small)
      expect([mixed.exitCode, errorOf(mixed).code]).toEqual([3, 'MirrorOfAnother'])
      const none = await pull(path.join(work, 'risc'), '--platform', 'linux/riscv64')
      expect([none.exitCode, errorOf(none).code, errorOf(none).details['known']]).toEqual([
        1,
        'ImageNotFound',
        ['linux/amd64', 'linux/arm64'],
      ])
    },
    LONG,
  )

  it(
    'logs in with the Docker configuration, and says so when that is refused',
    async () => {
      const closed = await RegistryFront.start(mirror)
      try {
        closed.login = 'user:right'
        const args = ['mirror', 'push', '--from', folder, '--to', `oci://${closed.host}/closed`, '--yes', '--json']
        const refused = await repository.run(...args)
        expect([refused.exitCode, errorOf(refused).code]).toEqual([1, 'RegistryRefused'])
        const docker = path.join(work, 'docker')
        await mkdir(docker)
        const auth = Buffer.from('user:right').toString('base64')
        await writeFile(path.join(docker, 'config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }))
        expect(succeeded<PushResult>(await repository.runWith({ env: { DOCKER_CONFIG: docker } }, ...args)).images.pushed).toBe(
          IMAGES.length,
        )
      } finally {
        await closed.stop()
      }
    },
    LONG,
  )
})

describe('ECR', () => {
  it(
    'gets repositories whose tags never change and whose images are scanned, once',
    async () => {
      const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
      const sandbox = await TestSandbox.start()
      try {
        const clients = sandbox.clients()
        const registry = { host: '000000000000.dkr.ecr.eu-west-1.amazonaws.com', accountId: '000000000000', region: 'eu-west-1' }
        expect(await missingRepositories(clients, registry, ['mirror/one', 'mirror/two'])).toEqual(['mirror/one', 'mirror/two'])
        await createRepository(clients, 'mirror/one', { 'platform:name': 'acme' })
        await createRepository(clients, 'mirror/one', { 'platform:name': 'acme' })
        expect(await missingRepositories(clients, registry, ['mirror/one', 'mirror/two'])).toEqual(['mirror/two'])
        const { repositories = [] } = await (await clients.ecr()).send(new DescribeRepositoriesCommand({ repositoryNames: ['mirror/one'] }))
        expect(repositories[0]).toMatchObject({ imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } })
        const { user, password } = await ecrLogin(clients, registry)
        expect([user, password.length > 0]).toEqual(['AWS', true])
      } finally {
        await sandbox.remove()
      }
    },
    LONG,
  )
})
