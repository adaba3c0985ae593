import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import type { DestroyResult } from '../../src/lib/roots/destroy-root.js'
import { clientsOf } from '../helpers/aws.js'
import { added, inventory } from '../helpers/inventory.js'
import { Repository } from '../helpers/repository.js'

// As the test of a production environment, in short: made from flags alone, given databases later, destroyed without an apply before.

const DATABASES = `
databases:
  orders: { engine: dynamodb, partitionKey: { name: id } }
  sessions: { engine: valkey }
`
// A step takes three minutes at most where nothing else runs, and far longer beside other tests.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 })

let repository: Repository
let clients: AwsClients
let before: string[]
let dataKey: string
let retained: string[]

const succeed = async <T>(...args: string[]): Promise<T> => {
  const result = await repository.run(...args, '--json')
  expect(result.stderr).not.toContain('Error')
  expect(result.exitCode).toBe(0)
  return result.json<T>()
}
const destroy = () => succeed<DestroyResult>('env', 'destroy', 'stage', '--confirm', 'stage')
const stateOfKey = async (KeyId: string) => (await (await clients.kms()).send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState

beforeAll(async () => {
  repository = await Repository.init('acme', { shared: true })
  await succeed('shared', 'apply', '--yes')
  clients = await clientsOf(repository)
  before = await inventory(clients)
})
afterAll(() => repository.remove())

test('is created at the first try, from flags', async () => {
  const created = await succeed<ApplyResult>('env', 'create', 'stage', '--preset', 'standard', '--yes')
  expect(created).toMatchObject({ status: 'created', changes: { change: 0, destroy: 0 } })
  const made = added(before, await inventory(clients)).join('\n')
  for (const part of [':loadbalancer/app/acme-stage-edge/', ':regional/webacl/acme-stage-edge/', 'cluster acme-stage'])
    expect(made).toContain(part)
  dataKey = (created.outputs['key_arns'] as Record<string, string>)['data'] ?? ''
})

test('gets databases beside what there is, by a plan that keeps the rules', async () => {
  await repository.edit('environments/stage.yaml', (text) => text + DATABASES)
  const plan = await repository.run('env', 'plan', 'stage', '--json')
  expect(plan.exitCode).toBe(2)
  const { planFile, changes } = plan.json<{ planFile: string; changes: object }>()
  expect(changes).toMatchObject({ destroy: 0, replace: 0 })
  expect(await succeed('policy', 'check', planFile)).toMatchObject({ findings: [], failed: 0, excepted: 0 })
  const applied = await succeed<ApplyResult>('env', 'apply', 'stage', '--yes')
  expect(applied).toMatchObject({ status: 'updated', changes: { destroy: 0 } })
  expect(await succeed('env', 'plan', 'stage')).toMatchObject({ status: 'unchanged', resources: [] })
})

test('refuses to be destroyed while it is protected', async () => {
  const refused = await repository.run('env', 'destroy', 'stage', '--confirm', 'stage', '--json')
  expect(refused.exitCode).toBe(3)
  expect(refused.json()).toMatchObject({ error: { code: 'ProtectionOn' } })
})

test('is destroyed once its file lets it be, and leaves nothing but what it names', async () => {
  await repository.edit('environments/stage.yaml', (text) => `${text}protection: false\n`)
  const result = await destroy()
  expect(result).toMatchObject({ destroyed: true, orphans: [] })
  retained = result.retained.map(({ arn }) => arn).sort()
  expect(added(before, await inventory(clients))).toEqual(retained)
  const copies = retained.filter((arn) => !arn.includes(':key/'))
  expect(copies.map((arn) => arn.replace(/-[0-9a-f]{8}$|\/[^/]*$/, ''))).toEqual([
    'arn:aws:dynamodb:eu-west-1:000000000000:table/acme-stage-orders/backup',
    'arn:aws:elasticache:eu-west-1:000000000000:snapshot:acme-stage-sessions-final',
  ])
  expect(await stateOfKey(dataKey)).toBe('Enabled')
})

test('does nothing when it is destroyed a second time, and keeps the key', async () => {
  const again = await destroy()
  expect(again).toMatchObject({ destroyed: true, orphans: [] })
  expect(again.retained.map(({ arn }) => arn).sort()).toEqual(retained)
  expect(added(before, await inventory(clients))).toEqual(retained)
  expect(await stateOfKey(dataKey)).toBe('Enabled')
})
