import { ListRoleTagsCommand } from '@aws-sdk/client-iam'
import { execa } from 'execa'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RollbackResult } from '../../src/lib/environments/rollback/rollback.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

let repository: Repository
let before: string
beforeAll(async () => {
  repository = await Repository.init()
  await writeFile(path.join(repository.directory, 'environments', 'dev.yaml'), ENVIRONMENT).catch(async () => {
    await execa('mkdir', ['-p', path.join(repository.directory, 'environments')])
    await writeFile(path.join(repository.directory, 'environments', 'dev.yaml'), ENVIRONMENT)
  })
  await succeed('env', 'create', 'dev', '--yes')
  before = await commit('Make dev')
  // Only what was committed when it was applied is known to have been applied.
  await succeed('env', 'apply', 'dev', '--yes')
  await repository.edit('environments/dev.yaml', (text) => `${text}\ntags:\n  team: shop\n`)
  await commit('Tag it')
  await succeed('env', 'apply', 'dev', '--yes')
  await commit('As applied')
  await repository.edit('README.md', (text) => `${text}\nMine, not committed.\n`)
})
afterAll(() => repository.remove())

async function succeed(...args: string[]): Promise<void> {
  const { exitCode, stderr, stdout } = await repository.run(...args)
  if (exitCode !== 0) throw new Error(`platform ${args.join(' ')}: ${stderr}${stdout}`)
}
const git = async (...args: string[]): Promise<string> =>
  (await execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: repository.directory })).stdout
async function commit(message: string): Promise<string> {
  await git('add', '--all')
  await git('commit', '--quiet', '--allow-empty', '--message', message)
  return git('rev-parse', 'HEAD')
}
async function teamInAws(): Promise<string | undefined> {
  const iam = await (await clientsOf(repository)).iam()
  const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'acme-dev-node' }))
  return Tags?.find(({ Key }) => Key === 'team')?.Value
}
const textOf = (file: string): Promise<string> => readFile(path.join(repository.directory, file), 'utf8')
const MINE = ' M README.md'

test('a dry run shows the files and the plan, and changes nothing', async () => {
  const result = await repository.run('env', 'rollback', 'dev', '--dry-run', '--json')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<RollbackResult>()).toMatchObject({ status: 'planned', to: before, files: ['environments/dev.yaml'], commit: null })
  expect(result.json<RollbackResult>().changes.change).toBeGreaterThan(0)
  expect(await git('status', '--porcelain')).toBe(MINE)
})

test('without a confirmation the files are as they were, and edits of the environment are never written over', async () => {
  const unconfirmed = await repository.run('env', 'rollback', 'dev', '--json')
  expect(unconfirmed.exitCode).toBe(64)
  expect(unconfirmed.stdout).toContain('ConfirmationNeeded')
  expect(await git('status', '--porcelain')).toBe(MINE)
  const text = await repository.edit('environments/dev.yaml', (each) => `${each}# Mine.\n`)
  const refused = await repository.run('env', 'rollback', 'dev', '--yes', '--json')
  expect(refused.exitCode).toBe(3)
  expect(refused.json<{ error: unknown }>().error).toMatchObject({ code: 'RollbackRefused', reason: 'environments/dev.yaml' })
  expect(await textOf('environments/dev.yaml')).toContain('# Mine.')
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), text)
})

test('killed while it applies, the same command goes on; there is one new commit, and AWS is as it was', async () => {
  expect(await teamInAws()).toBe('shop')
  const running = repository.start('env', 'rollback', 'dev', '--yes', '--json')
  let out = ''
  const applies = new Promise<void>((resolve) =>
    running.stderr.on('data', (chunk) => {
      out += String(chunk)
      if (out.includes('] Apply …')) resolve()
    }),
  )
  await Promise.race([applies, running])
  expect(out).toContain('] Apply …')
  if (running.pid === undefined) throw new Error('platform was not started')
  process.kill(running.pid, 'SIGKILL')
  await running
  const head = await git('rev-parse', 'HEAD')
  expect(await textOf('environments/dev.yaml')).not.toContain('team: shop')

  const result = await repository.run('env', 'rollback', 'dev', '--yes', '--json')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  const { commit: made, to, status } = result.json<RollbackResult>()
  expect({ to, status }).toEqual({ to: before, status: 'rolled-back' })
  expect(await git('rev-list', `${head}..HEAD`)).toBe(made)
  expect(await git('log', '-1', '--format=%s')).toBe(`Roll back environment dev to ${before.slice(0, 12)}`)
  expect(await git('diff', '--stat', before, 'HEAD', '--', 'environments', 'infra')).toBe('')
  expect(await git('status', '--porcelain')).toBe(MINE)
  expect(await teamInAws()).toBeUndefined()
  expect((await repository.run('env', 'plan', 'dev', '--json')).exitCode).toBe(0)
})

test('what is that way already is left alone', async () => {
  const again = await repository.run('env', 'rollback', 'dev', '--to', before, '--yes', '--json')
  expect(again.exitCode, again.stderr).toBe(0)
  expect(again.json<RollbackResult>()).toMatchObject({ status: 'unchanged', files: [], commit: null })
})
