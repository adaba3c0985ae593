import { execa } from 'execa'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Created } from '../../src/lib/apps/create.js'
import type { Delivery } from '../../src/lib/apps/deliver.js'
import type { AppDiff } from '../../src/lib/apps/diff.js'
import type { HistoryEntry } from '../../src/lib/apps/history.js'
import type { PauseResult } from '../../src/lib/apps/pause.js'
import type { RollbackResult } from '../../src/lib/apps/rollback.js'
import type { AppState } from '../../src/lib/apps/status.js'
import type { SyncResult } from '../../src/lib/apps/sync.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'
import { eventually } from '../helpers/sandbox.js'

let bench: BootstrapBench
beforeAll(async () => {
  bench = await BootstrapBench.create()
  await bench.environment('mgmt', 'management', '10.0.0.0/16')
  const result = await bench.bootstrap('mgmt', '--timeout', '10m')
  if (result.exitCode !== 0) throw new Error(result.stderr + result.stdout)
})
afterAll(() => bench.remove())

const WEB = ['web', '--environment', 'mgmt', '--role-arn', OPS]
const CHANGE = ['--yes', '--timeout', '5m']

async function app<T>(...args: string[]): Promise<T> {
  const result = await bench.repository.run('app', ...args, '--json')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  return result.json<T>()
}

const deployment = async (query: string): Promise<string> =>
  bench.kubectl('mgmt', ['-n', 'web', 'get', 'deployment', 'web', '-o', `jsonpath={${query}}`])
const image = async (): Promise<string> => deployment('.spec.template.spec.containers[0].image')

test('a new application is committed, brought by Argo CD and healthy', async () => {
  const created = await app<Created>('create', 'web', '-e', 'mgmt', '--image', 'registry.example.com/web:1.0.0', '--yes')
  expect(created).toMatchObject({ status: 'created', environments: [{ name: 'mgmt', autoSync: true }] })
  const delivery = await app<Delivery>('deploy', ...WEB, ...CHANGE)
  expect(delivery.files).toEqual([])
  expect(await image()).toBe('registry.example.com/web:1.0.0')
})

test('a deploy is a commit of the caller with the reason, and waits for it', async () => {
  const delivery = await app<Delivery>(
    'deploy',
    ...WEB,
    '--image',
    'registry.example.com/web:2.0.0',
    '--reason',
    'Faster search',
    ...CHANGE,
  )
  expect(delivery).toMatchObject({ status: 'deployed' })
  expect(await image()).toBe('registry.example.com/web:2.0.0')
  const { stdout } = await execa('git', ['--git-dir', bench.bare, 'log', '-1', '--format=%B', 'main'])
  expect(stdout.trim()).toBe('Deploy web to mgmt: registry.example.com/web:2.0.0\n\nFaster search')
})

test('a rollback is a new commit and stays, although the application syncs by itself', async () => {
  const rolled = await app<RollbackResult>('rollback', ...WEB, ...CHANGE)
  expect(rolled).toMatchObject({ status: 'deployed' })
  expect(await image()).toBe('registry.example.com/web:1.0.0')
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  expect(await image()).toBe('registry.example.com/web:1.0.0')
  const history = await app<HistoryEntry[]>('history', ...WEB)
  expect(history.map(({ image: each, live }) => [each, live])).toEqual([
    ['registry.example.com/web:1.0.0', true],
    ['registry.example.com/web:2.0.0', false],
    ['registry.example.com/web:1.0.0', false],
  ])
})

test('paused, a change by hand stays and is told in words; resumed, it is taken back', async () => {
  expect(await app<PauseResult>('pause', ...WEB, '--yes', '--reason', 'Looking at it')).toMatchObject({ status: 'paused' })
  await bench.kubectl('mgmt', ['-n', 'web', 'scale', 'deployment', 'web', '--replicas=5'])
  // Longer than the ApplicationSet needs to look again: it must not take the pause back.
  await new Promise((resolve) => setTimeout(resolve, 75_000))
  expect(await deployment('.spec.replicas')).toBe('5')
  const result = await bench.repository.run('app', 'diff', ...WEB, '--json')
  expect(result.exitCode, result.stderr + result.stdout).toBe(2)
  expect(result.json<AppDiff>().words).toEqual(['Deployment web: spec.replicas is 5 in the cluster; Git says 2.'])
  const [state] = await app<AppState[]>('status', ...WEB)
  expect(state).toMatchObject({ policy: 'paused' })
  expect(state?.remarks.join(' ')).toContain('Looking at it')
  expect(state?.remarks.join(' ')).toContain('Deployment web')
  expect(await app<PauseResult>('resume', ...WEB, '--yes')).toMatchObject({ status: 'resumed' })
  await eventually('healed', async () => (await deployment('.spec.replicas')) === '2', 60_000)
})

test('by hand, a deploy waits in Git for the sync', async () => {
  const args = ['--no-auto-sync', '--image', 'registry.example.com/web:3.0.0']
  expect(await app<Delivery>('deploy', ...WEB, ...args, ...CHANGE)).toMatchObject({ status: 'pending' })
  expect(await image()).toBe('registry.example.com/web:1.0.0')
  expect(await app<SyncResult>('sync', ...WEB, ...CHANGE)).toMatchObject({ status: 'synced' })
  expect(await image()).toBe('registry.example.com/web:3.0.0')
})

test('somebody else who changed the same file is named, and nothing local is lost', async () => {
  const clone = await mkdtemp(path.join(tmpdir(), 'apps-clone-'))
  await execa('git', ['clone', '-q', bench.bare, clone])
  const file = 'gitops/apps/web/environments/mgmt/values.yaml'
  await writeFile(path.join(clone, file), 'image: { repository: theirs, tag: "1" }\n')
  await execa('git', ['-c', 'user.name=Other', '-c', 'user.email=other@example.com', 'commit', '-qam', 'Theirs'], { cwd: clone })
  await execa('git', ['push', '-q'], { cwd: clone })
  const result = await bench.repository.run('app', 'deploy', ...WEB, '--set', 'replicas=4', ...CHANGE, '--json')
  expect(result.exitCode).toBe(1)
  expect(result.json<{ error: { code: string; reason: string } }>().error).toMatchObject({ code: 'GitConflict' })
  expect(result.stdout).toContain('by Other')
  const { stdout } = await execa('git', ['status', '--porcelain', '--', 'gitops'], { cwd: bench.repository.directory })
  expect(stdout).toBe('')
  await execa('git', ['pull', '-q', '--rebase', '--autostash', bench.bare, 'main'], { cwd: bench.repository.directory })
})
