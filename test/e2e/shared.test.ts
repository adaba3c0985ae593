import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SharedDetails } from '../../src/lib/shared/show.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init('acme', { shared: true })
})
afterAll(async () => repository.remove())

const shared = (...args: string[]) => repository.run('shared', ...args, '--json')

it('is made, and then nothing is left to do', async () => {
  const preview = await shared('apply', '--dry-run')
  expect(preview.exitCode, preview.stderr).toBe(0)
  const applied = await shared('apply', '--yes')
  expect(applied.exitCode, applied.stderr).toBe(0)
  expect(applied.json<ApplyResult>()).toMatchObject({ environment: 'shared', status: 'created' })
  const { GetAccountPasswordPolicyCommand } = await import('@aws-sdk/client-iam')
  const policy = await (await (await clientsOf(repository)).iam()).send(new GetAccountPasswordPolicyCommand({}))
  expect(policy.PasswordPolicy?.MinimumPasswordLength).toBeGreaterThanOrEqual(14)
  expect((await shared('plan')).exitCode).toBe(0)
})

it('takes a change of platform.yaml', async () => {
  await repository.edit('platform.yaml', (text) => text.replace('repositories: []', 'repositories: [shop]'))
  const plan = await shared('plan')
  expect(plan.exitCode, plan.stderr).toBe(2)
  expect((await shared('apply', '--yes')).json<ApplyResult>()).toMatchObject({ status: 'updated' })
  const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
  const { repositories = [] } = await (await (await clientsOf(repository)).ecr()).send(new DescribeRepositoriesCommand({}))
  expect(repositories).toMatchObject([{ imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } }])
})

it('is shown, and listed among locks and states', async () => {
  const show = (await shared('show')).json<SharedDetails>()
  expect(show).toMatchObject({
    name: 'shared',
    status: 'ready',
    account: '000000000000',
    lastRun: { command: 'shared apply', status: 'succeeded' },
  })
  expect(show.state.resources).toBeGreaterThan(0)
  expect(Object.keys(show.outputs['repository_urls'] as object)).toEqual(['shop'])
  expect((await repository.run('shared', 'show')).stdout).toMatch(/^Status +ready$/m)
  expect((await repository.run('lock', 'list', '--json')).json()).toEqual([{ root: 'shared', status: 'free' }])
  const history = await repository.run('state', 'history', 'shared', '--json')
  expect(history.exitCode, history.stderr).toBe(0)
})

it('is refused a destruction while it is protected, and leaves nothing after it', async () => {
  await repository.edit('platform.yaml', (text) => text.replace('protection: false', 'protection: true'))
  const refused = await shared('destroy', '--confirm', 'shared')
  expect(refused.exitCode).toBe(3)
  expect(refused.json()).toMatchObject({ error: { code: 'ProtectionOn' } })
  await repository.edit('platform.yaml', (text) => text.replace('protection: true', 'protection: false'))
  const wrong = await shared('destroy', '--confirm', 'dev')
  expect(wrong.exitCode).toBe(64)
  const destroyed = await shared('destroy', '--confirm', 'shared')
  expect(destroyed.exitCode, destroyed.stdout).toBe(0)
  expect(destroyed.json()).toMatchObject({ environment: 'shared', destroyed: true, orphans: [] })
})

it('can be switched off', async () => {
  await repository.edit('platform.yaml', (text) => text.replace('\nshared:\n', '\nshared:\n  enabled: false\n'))
  const off = await shared('plan')
  expect(off.exitCode).toBe(64)
  expect(off.stdout).toContain('switched off')
})
