import { expect, test } from 'vitest'
import { runCli } from '../helpers/repository.js'
import { repository } from '../unit/config/repository.js'

const run = async (...args: string[]) => runCli(['template', ...args, '--json'], { cwd: await repository({}) })

test('update needs names or --all, not both', async () => {
  for (const args of [['update'], ['update', 'dev', '--all'], ['update', '--yes']]) {
    const result = await run(...args)
    expect(result.exitCode).toBe(64)
    expect(result.json()).toMatchObject({ error: { code: 'BadFlag' } })
  }
})

test('an empty repository has nothing to tell', async () => {
  expect((await run('list')).json()).toMatchObject({ roots: [], unused: [] })
  expect((await run('diff')).json()).toEqual({ differences: [] })
  expect((await run('verify')).json()).toEqual({ files: 0, edited: [], findings: [] })
  const update = await run('update', '--all', '--check')
  expect([update.exitCode, update.json<{ status: string }>().status]).toEqual([0, 'unchanged'])
})
