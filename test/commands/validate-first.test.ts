import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../helpers/repository.js'
import { ENVIRONMENT, repository } from '../unit/config/repository.js'

const SOFT = 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\nhost: dev\n'
const FILES = { 'environments/dev.yaml': ENVIRONMENT, 'environments/shop.yaml': SOFT }

test.each([
  [['cluster', 'bootstrap', 'nope'], 'EnvironmentNotFound'],
  [['cluster', 'bootstrap', 'dev'], 'ManagementMissing'],
  [['cluster', 'bootstrap', 'shop'], 'NotSupportedYet'],
  [['cluster', 'unregister', 'dve'], 'EnvironmentNotFound'],
  [['app', 'create', 'Web'], 'InvalidName'],
  [['app', 'create', 'web', '-e', 'dve'], 'EnvironmentNotFound'],
  [['app', 'create', 'web', '-e', 'dev', '--namespace', 'kube-system'], 'BadFlag'],
  [['app', 'deploy', 'web', '-e', 'dev'], 'AppNotFound'],
  [['app', 'promote', 'web', '--from', 'dev', '--to', 'dev'], 'BadFlag'],
  [['app', 'pause', 'web', '-e', 'dev'], 'AppNotFound'],
  [['app', 'sync', 'web', '-e', 'dev'], 'AppNotFound'],
  [['env', 'create', 'Dev2'], 'InvalidName'],
  [['env', 'create', 'other', '--isolation', 'soft', '--host', 'nope'], 'BadFlag'],
  [['env', 'create', 'other', '--isolation', 'soft'], 'BadFlag'],
  [['env', 'apply', '--environment', 'shop'], 'BadFlag'],
  [['env', 'drift', 'shop'], 'BadFlag'],
])('%j says what is wrong instead of asking', async (args, code) => {
  const cwd = await repository(FILES)
  const result = await runCli([...args, '--json'], { cwd })
  expect(result.json(), result.stderr).toMatchObject({ error: { code } })
  expect(existsSync(path.join(cwd, '.platform'))).toBe(false)
})

test('what can be made is asked about, and nothing is written before', async () => {
  const cwd = await repository(FILES)
  const result = await runCli(['env', 'create', 'other', '--isolation', 'soft', '--host', 'dev', '--json'], { cwd })
  expect(result.json()).toMatchObject({ error: { code: 'ConfirmationNeeded' } })
  expect(existsSync(path.join(cwd, 'environments', 'other.yaml'))).toBe(false)
})
