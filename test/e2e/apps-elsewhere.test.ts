import { execa } from 'execa'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Created } from '../../src/lib/apps/create.js'
import type { Deletion } from '../../src/lib/apps/delete.js'
import type { Delivery } from '../../src/lib/apps/deliver.js'
import type { AppDiff } from '../../src/lib/apps/diff.js'
import type { AppState } from '../../src/lib/apps/status.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'
import { eventually, findTool } from '../helpers/sandbox.js'

// Applications on another cluster than that of Argo CD, in every packaging, and what becomes of them when a push goes wrong.

let bench: BootstrapBench
beforeAll(async () => {
  bench = await BootstrapBench.create()
  await bench.environment('mgmt', 'management', '10.0.0.0/16')
  await bench.environment('dev', 'workload', '10.1.0.0/16')
  for (const name of ['mgmt', 'dev']) {
    const result = await bench.bootstrap(name, '--timeout', '15m')
    if (result.exitCode !== 0) throw new Error(result.stderr + result.stdout)
  }
})
afterAll(() => bench.remove())

const AS_OPS = ['--role-arn', OPS, '--yes', '--timeout', '8m']

async function app<T>(...args: string[]): Promise<T> {
  const result = await bench.repository.run('app', ...args, '--json')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  return result.json<T>()
}

const image = async (environment: string): Promise<string> =>
  bench.kubectl(environment, ['-n', 'web', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'])
const git = async (...args: string[]): Promise<string> => (await execa('git', args, { cwd: bench.repository.directory })).stdout
const state = async (): Promise<unknown> => [
  await git('status', '--porcelain', '--untracked-files=all', '--', 'gitops', 'platform.lock.json'),
  await git('rev-parse', 'HEAD'),
  await readdir(path.join(bench.repository.directory, 'gitops', 'apps'), { recursive: true }),
]

/** What the server does before it takes a push. */
const hook = (): string => path.join(bench.bare, 'hooks', 'pre-receive')
async function beforePush(script: string): Promise<void> {
  await mkdir(path.dirname(hook()), { recursive: true })
  await writeFile(hook(), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

test('the image of one environment is promoted to the other cluster', async () => {
  await app<Created>('create', 'web', '-e', 'mgmt', '-e', 'dev', '--image', 'registry.example.com/web:1.0.0', '--auto-sync', '--yes')
  await app<Delivery>('deploy', 'web', '-e', 'dev', ...AS_OPS)
  expect(await image('dev')).toBe('registry.example.com/web:1.0.0')
  await app<Delivery>('deploy', 'web', '-e', 'dev', '--image', 'registry.example.com/web:2.0.0', '--set', 'replicas=3', ...AS_OPS)
  await app<Delivery>('deploy', 'web', '-e', 'mgmt', ...AS_OPS)
  expect(await image('mgmt')).toBe('registry.example.com/web:1.0.0')
  const promoted = await app<Delivery>('promote', 'web', '--from', 'dev', '--to', 'mgmt', ...AS_OPS)
  expect(promoted).toMatchObject({ status: 'deployed', environment: 'mgmt' })
  expect(await image('mgmt')).toBe('registry.example.com/web:2.0.0')
  // Other values belong to their environment.
  const values = await readFile(path.join(bench.repository.directory, 'gitops/apps/web/environments/mgmt/values.yaml'), 'utf8')
  expect(values).not.toContain('replicas')
})

test('plain manifests run on the other cluster as they are, and a change by hand is told in words', async () => {
  const folder = path.join(bench.repository.directory, 'k8s')
  await mkdir(folder)
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { greeting: 'Hello {{ name }}' } }
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings))
  await app<Created>('create', 'legacy', '-e', 'dev', '--manifests', folder, '--no-auto-sync', '--yes')
  expect(await app<Delivery>('deploy', 'legacy', '-e', 'dev', '--sync', ...AS_OPS)).toMatchObject({ files: [] })
  const greeting = ['-n', 'legacy', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.greeting}']
  expect(await bench.kubectl('dev', greeting)).toBe('Hello {{ name }}')
  await bench.kubectl('dev', ['-n', 'legacy', 'patch', 'configmap', 'settings', '-p', '{"data":{"greeting":"Bye"}}'])
  const diff = await bench.repository.run('app', 'diff', 'legacy', '-e', 'dev', '--role-arn', OPS, '--json')
  expect(diff.exitCode, diff.stderr + diff.stdout).toBe(2)
  expect(diff.json<AppDiff>().words).toEqual(['ConfigMap settings: data.greeting is "Bye" in the cluster; Git says "Hello {{ name }}".'])
  await eventually(
    'seen',
    async () => {
      const [found] = await app<AppState[]>('status', 'legacy', '-e', 'dev', '--role-arn', OPS)
      return found?.remarks.some((each) => each.includes('ConfigMap settings')) === true
    },
    240_000,
  )
})

test('a chart of a repository is fetched by the repo-server of Argo CD', async () => {
  const charts = path.join(bench.repository.directory, '.platform', 'sandbox', 'charts')
  const chart = path.join(bench.repository.directory, '.platform', 'cache-chart')
  await mkdir(path.join(chart, 'templates'), { recursive: true })
  await writeFile(path.join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: 'valkey', version: '1.2.3' }))
  await writeFile(path.join(chart, 'values.yaml'), 'size: small\n')
  const template = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cache' }, data: { size: '{{ .Values.size }}' } }
  await writeFile(path.join(chart, 'templates', 'cache.yaml'), JSON.stringify(template))
  await mkdir(charts, { recursive: true })
  await execa((await findTool('helm')).path, ['package', chart, '--destination', charts])
  const repository = bench.url.replace(/\/git\/.*$/, '/charts/')
  const source = ['--chart', 'valkey', '--repository', repository, '--chart-version', '1.2.3']
  await app<Created>('create', 'cache', '-e', 'dev', ...source, '--yes')
  const change = ['--set', 'valkey.size=large']
  expect(await app<Delivery>('deploy', 'cache', '-e', 'dev', ...change, ...AS_OPS)).toMatchObject({ status: 'deployed' })
  expect(await bench.kubectl('dev', ['-n', 'cache', 'get', 'configmap', 'cache', '-o', 'jsonpath={.data.size}'])).toBe('large')
})

test('a refused push leaves the files here as they were, of a deploy and of a deletion', async () => {
  const before = await state()
  await beforePush('echo "not today" >&2; exit 1')
  const deployed = await bench.repository.run('app', 'deploy', 'web', '-e', 'dev', '--set', 'replicas=4', ...AS_OPS, '--json')
  expect(deployed.json<{ error: { code: string } }>().error.code).toBe('GitRefused')
  const deleted = await bench.repository.run('app', 'delete', 'legacy', '--confirm', 'legacy', ...AS_OPS, '--json')
  expect(deleted.json<{ error: { code: string } }>().error.code).toBe('GitRefused')
  await rm(hook())
  expect(await state()).toEqual(before)
})

test('killed between write and push, the same command finishes', async () => {
  const file = path.join(bench.repository.directory, 'gitops/apps/web/environments/dev/values.yaml')
  await beforePush('sleep 5; exit 1')
  const change = ['app', 'deploy', 'web', '-e', 'dev', '--image', 'registry.example.com/web:3.0.0', ...AS_OPS, '--json']
  const running = bench.repository.start(...change)
  await eventually('written', async () => (await readFile(file, 'utf8')).includes('3.0.0'), 120_000)
  process.kill(running.pid ?? 0, 'SIGKILL')
  expect((await running).signal).toBe('SIGKILL')
  await new Promise((resolve) => setTimeout(resolve, 6000))
  await rm(hook())
  expect(await readFile(file, 'utf8')).toContain('3.0.0')
  const again = await bench.repository.run(...change)
  expect(again.exitCode, again.stderr + again.stdout).toBe(0)
  expect(again.json<Delivery>()).toMatchObject({ status: 'deployed' })
  expect(await image('dev')).toBe('registry.example.com/web:3.0.0')
})

test('a deletion that was killed after its push is finished by the same command', async () => {
  await git('rm', '-rq', 'gitops/apps/legacy')
  await git('-c', 'user.name=Caller', '-c', 'user.email=caller@example.com', 'commit', '-qm', 'As a killed deletion leaves it')
  await git('push', '-q', bench.bare, 'HEAD:main')
  const deletion = await app<Deletion>('delete', 'legacy', '--confirm', 'legacy', ...AS_OPS)
  expect(deletion).toMatchObject({ status: 'deleted', environments: ['dev'], files: [] })
  expect(await bench.kubectl('dev', ['-n', 'legacy', 'get', 'configmap', 'settings', '--ignore-not-found', '-o', 'name'])).toBe('')
})
