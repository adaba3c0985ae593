import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../helpers/repository.js'
import { ENVIRONMENT, PLATFORM, repository } from '../unit/config/repository.js'

const OFF = { 'platform.yaml': `${PLATFORM}shared:\n  enabled: false\n`, 'environments/dev.yaml': ENVIRONMENT }

test.each([
  ['plan', 'dev', '--report-file', 'plan.md'],
  ['apply', 'dev', '--yes', '--max-concurrency', '2'],
])('env %s of one environment takes no flag that it would pass over', async (...args) => {
  const result = await runCli(['env', ...args, '--json'], { cwd: await repository(OFF) })
  expect(result.exitCode).toBe(64)
  expect(result.json()).toMatchObject({
    error: { code: 'BadFlag', message: expect.stringContaining('--environment or --all only') as string },
  })
})

test.each(['plan', 'apply', 'drift'])('env %s does not touch what is switched off', async (verb) => {
  const result = await runCli(['env', verb, '--environment', 'shared', '--json'], { cwd: await repository(OFF) })
  expect(result.exitCode).toBe(64)
  expect(result.json()).toMatchObject({ error: { code: 'InvalidConfiguration' } })
})

test('env plan says which commands are for what environments share', async () => {
  const result = await runCli(['env', 'plan', 'shared', '--json'], { cwd: await repository(OFF) })
  expect(result.json()).toMatchObject({
    error: { code: 'EnvironmentNotFound', next: [expect.stringContaining('platform shared') as string] },
  })
})

test('a report that could not be written is refused before any work', async () => {
  const cwd = await repository(OFF)
  const result = await runCli(['env', 'apply', '--all', '--yes', '--report-file', 'platform.yaml/report.md', '--json'], { cwd })
  expect(result.exitCode).toBe(1)
  expect(result.json()).toMatchObject({ error: { code: 'FileNotWritable', message: expect.stringContaining('--report-file') as string } })
})

test.each([
  [['--all'], 'platform env plan --all'],
  [['--environment', 'dev'], 'platform env plan --environment dev'],
])('env apply %j without a terminal and without --yes is refused before anything is planned', async (selection, look) => {
  const cwd = await repository(OFF)
  const result = await runCli(['env', 'apply', ...selection, '--json'], { cwd })
  expect(result.exitCode).toBe(64)
  expect(result.json()).toMatchObject({
    error: {
      code: 'ConfirmationNeeded',
      next: ['Run the command again with --yes.', `See what would change: ${look}`],
      details: { flag: '--yes' },
    },
  })
  // A plan begins with the sandbox, the journal and the root module.
  expect(existsSync(path.join(cwd, '.platform'))).toBe(false)
  expect(existsSync(path.join(cwd, 'infra'))).toBe(false)
})

test('env list points to what environments share, which is in no row of it', async () => {
  const cwd = await repository({})
  const people = await runCli(['env', 'list'], { cwd })
  expect(people).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('platform shared show') as string })
  expect((await runCli(['env', 'list', '--json'], { cwd })).json()).toEqual([])
  const off = await repository(OFF)
  expect((await runCli(['shared', 'show', '--json'], { cwd: off })).json()).toMatchObject({ error: { code: 'InvalidConfiguration' } })
})
