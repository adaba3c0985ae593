import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deletion } from '../../src/lib/apps/delete.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'

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

beforeAll(async () => {
  await app('create', 'web', '-e', 'mgmt', '--image', 'registry.example.com/web:1.0.0', '--yes')
  await app('deploy', ...WEB, ...CHANGE)
})

test('a deletion takes away what runs, and asks for the name', async () => {
  const refused = await bench.repository.run('app', 'delete', ...WEB, '--confirm', 'other', '--json')
  expect(refused.exitCode).toBe(1)
  const deletion = await app<Deletion>('delete', ...WEB, '--confirm', 'web', '--timeout', '5m')
  expect(deletion).toMatchObject({ status: 'deleted', environments: ['mgmt'] })
  expect(await bench.kubectl('mgmt', ['-n', 'web', 'get', 'deployment', '-o', 'name'])).toBe('')
  expect(await bench.kubectl('mgmt', ['-n', 'argocd', 'get', 'applications.argoproj.io', '-o', 'name'])).not.toContain('web.mgmt')
})
