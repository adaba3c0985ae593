import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from '../helpers/aws.js'
import { applyInProgress, expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init('acme', { shared: true })
  await repository.run('sandbox', 'up')
})
afterAll(async () => repository.remove())

const CREATE = ['env', 'create', 'dev', '--yes', '--json']

test('an environment does not make what environments share while somebody else makes it', async () => {
  const sharing = repository.start('shared', 'apply', '--yes', '--json')
  await applyInProgress(repository, sharing, 1)
  const meanwhile = await repository.run(...CREATE)
  // The other one may just have ended.
  if (meanwhile.exitCode !== 0)
    expect(meanwhile.json()).toMatchObject({ error: { code: 'RunInProgress', details: { name: 'shared', pid: sharing.pid } } })
  const { exitCode, stdout } = await sharing
  expect(exitCode, stdout).toBe(0)
  const created = await repository.run(...CREATE)
  expect(created.exitCode, created.stderr).toBe(0)
  expect(created.json<ApplyResult>().status).toMatch(/^(?:created|unchanged)$/)
  expect((await repository.run('shared', 'plan', '--json')).exitCode).toBe(0)
  await expectOneOfEach(await clientsOf(repository))
})
