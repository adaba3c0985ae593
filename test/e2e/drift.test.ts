import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Created } from '../../src/lib/apps/create.js'
import type { Delivery } from '../../src/lib/apps/deliver.js'
import type { SyncResult } from '../../src/lib/apps/sync.js'
import type { DriftResult } from '../../src/lib/environments/fleet/drift-fleet.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'
import type { CliResult } from '../helpers/repository.js'
import { eventually } from '../helpers/sandbox.js'

let bench: BootstrapBench
beforeAll(async () => {
  bench = await BootstrapBench.create()
  await bench.environment('mgmt', 'management', '10.0.0.0/16')
})
afterAll(() => bench.remove())

const WEB = ['web', '--environment', 'mgmt']
const CHANGE = ['--role-arn', OPS, '--yes', '--timeout', '5m']
const PATIENCE_MS = 120_000

async function app<T>(...args: string[]): Promise<T> {
  return (await bench.succeed('app', ...args, '--json')).json<T>()
}

async function drift(): Promise<CliResult & { of: DriftResult['environments'][number] | undefined }> {
  const result = await bench.repository.run('env', 'drift', 'mgmt', '--json', '--role-arn', OPS)
  return { ...result, of: result.json<DriftResult>().environments[0] }
}

/** The real controller looks by itself: until it has seen a change, the answer is that of before. */
async function eventuallyDrift(what: string, isThere: (of: DriftResult['environments'][number]) => boolean): ReturnType<typeof drift> {
  let last: Awaited<ReturnType<typeof drift>> | undefined
  await eventually(
    what,
    async () => {
      last = await drift()
      return last.of !== undefined && isThere(last.of)
    },
    PATIENCE_MS,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${last?.stdout ?? ''}${last?.stderr ?? ''}`)
  })
  if (!last) throw new Error('nothing was compared')
  return last
}

const stateOf = (of: DriftResult['environments'][number]) => of.argocd.find(({ application }) => application === 'web.mgmt')?.state

test('without Argo CD the verdict is that of Terraform', async () => {
  const before = await drift()
  expect(before.exitCode, before.stderr + before.stdout).toBe(0)
  expect(before.of).toMatchObject({ verdict: 'clean', argocdState: 'not-bootstrapped', argocd: [], aws: [] })
})

test('what Argo CD brought to a bootstrapped cluster is as Git says', async () => {
  const bootstrapped = await bench.bootstrap('mgmt', '--timeout', '10m')
  expect(bootstrapped.exitCode, bootstrapped.stderr + bootstrapped.stdout).toBe(0)
  const { exitCode, of, stderr } = await drift()
  expect(of, stderr).toMatchObject({ verdict: 'clean', argocdState: 'compared', argocd: [] })
  expect(exitCode).toBe(0)
})

test('an application that waits for its manual sync is pending, which is no drift', async () => {
  const image = ['--image', 'registry.example.com/web:1.0.0']
  await app<Created>('create', 'web', '-e', 'mgmt', '--no-auto-sync', ...image, '--yes')
  expect(await app<Delivery>('deploy', ...WEB, ...CHANGE)).toMatchObject({ status: 'pending' })
  const first = await eventuallyDrift('pending', (of) => stateOf(of) === 'pending')
  expect(first.exitCode, first.stdout).toBe(0)
  expect(await app<SyncResult>('sync', ...WEB, ...CHANGE)).toMatchObject({ status: 'synced' })
  expect((await eventuallyDrift('synced', (of) => of.verdict === 'clean')).exitCode).toBe(0)
  // A deploy changes the values beside the overlay, not the folder of the base.
  const next = ['--image', 'registry.example.com/web:2.0.0']
  expect(await app<Delivery>('deploy', ...WEB, ...next, ...CHANGE)).toMatchObject({ status: 'pending' })
  const waiting = await eventuallyDrift('pending again', (of) => stateOf(of) === 'pending')
  expect(waiting.exitCode, waiting.stdout).toBe(0)
  expect(waiting.of?.verdict).toBe('clean')
  await app<SyncResult>('sync', ...WEB, ...CHANGE)
})

test('a change by hand is drift, told with both values, and healed by a sync', async () => {
  await bench.kubectl('mgmt', ['-n', 'web', 'scale', 'deployment', 'web', '--replicas=5'])
  const changed = await eventuallyDrift('drifted', (of) => stateOf(of) === 'drifted')
  expect(changed.exitCode).toBe(2)
  expect(changed.of).toMatchObject({
    verdict: 'drifted',
    argocd: [
      {
        ...{ application: 'web.mgmt', sync: 'OutOfSync', reason: 'out of sync', resources: [{ kind: 'Deployment', name: 'web' }] },
        changes: [{ object: 'Deployment web', attribute: 'spec.replicas', before: 2, after: 5 }],
      },
    ],
  })
  const table = await bench.repository.run('env', 'drift', 'mgmt', '--role-arn', OPS)
  expect(table.exitCode).toBe(2)
  expect(table.stdout).toMatch(/mgmt\s+drifted\s+application web\.mgmt\s+Deployment web spec\.replicas: 2 → 5/)
  expect(await app<SyncResult>('sync', ...WEB, ...CHANGE)).toMatchObject({ status: 'synced' })
  const healed = await eventuallyDrift('healed', (of) => of.verdict === 'clean')
  expect(healed.exitCode).toBe(0)
  expect(await bench.kubectl('mgmt', ['-n', 'web', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'])).toBe('2')
})

test('what lies beside an application and is not in Git is orphaned; watching tells when it is gone', async () => {
  await bench.kubectl('mgmt', ['-n', 'web', 'create', 'configmap', 'stray'])
  const orphaned = await eventuallyDrift('orphaned', (of) => stateOf(of) === 'drifted')
  expect(orphaned.exitCode).toBe(2)
  expect(orphaned.of?.argocd).toMatchObject([{ application: 'web.mgmt', reason: expect.stringContaining('orphaned resources') as string }])

  const watching = bench.repository.start('env', 'drift', 'mgmt', '--watch', '--interval', '10s', '--role-arn', OPS)
  let out = ''
  watching.stdout.on('data', (chunk) => (out += String(chunk)))
  await eventually('the first table', () => Promise.resolve(/mgmt\s+drifted\s+application web/.test(out)), PATIENCE_MS)
  await bench.kubectl('mgmt', ['-n', 'web', 'delete', 'configmap', 'stray'])
  await eventually('news', () => Promise.resolve(/gone\s+mgmt\s+drifted\s+application web/.test(out)), PATIENCE_MS)
  if (watching.pid === undefined) throw new Error('platform was not started')
  process.kill(watching.pid, 'SIGINT')
  const ended = await watching
  expect(ended.exitCode, ended.stderr).toBe(0)
  expect(out.match(/Environment\s+Verdict/g)).toHaveLength(2)
})
