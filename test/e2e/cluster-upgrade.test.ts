import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UpgradeResult } from '../../src/lib/clusters/upgrade/upgrade.js'
import { readNodeGroups } from '../../src/lib/aws/cluster-parts.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'
import { eventually } from '../helpers/sandbox.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

const OLD = `${ENVIRONMENT}cluster:\n  kubernetesVersion: "1.34" # the team's choice\n`
const OLD_MANIFEST = 'apiVersion: storage.k8s.io/v1alpha1\nkind: VolumeAttributesClass\nmetadata:\n  name: fast\n'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
  await repository.edit('platform.yaml', (text) => `${text}\nsandbox:\n  kubernetes: true\n`)
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), OLD)
  expect((await repository.run('env', 'create', 'dev', '--yes')).exitCode).toBe(0)
})
afterAll(() => repository.remove())

const upgrade = (...args: string[]) => repository.run('cluster', 'upgrade', 'dev', ...args)
const file = () => readFile(path.join(repository.directory, 'environments/dev.yaml'), 'utf8')

test('a dry run shows what would change, and changes nothing', async () => {
  const { exitCode, ...output } = await upgrade('--to', '1.36', '--dry-run', '--json')
  expect(exitCode).toBe(0)
  const result = output.json<UpgradeResult>()
  expect(result).toMatchObject({ cluster: 'acme-dev', from: '1.34', to: '1.36', status: 'planned' })
  expect(result.steps.map(({ version, changes }) => [version, changes.change])).toEqual([
    ['1.35', 2],
    ['1.36', 0],
  ])
  expect(result.steps[0]?.checks?.insights.map(({ status, stale }) => [status, stale])).toEqual(Array(3).fill(['PASSING', false]))
  expect(result.steps[0]?.checks?.addons).toHaveLength(5)
  expect(await file()).toBe(OLD)
})

test('an API in Git that is gone in the new version stops it', async () => {
  const folder = path.join(repository.directory, 'gitops/apps/web')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'class.yaml'), OLD_MANIFEST)
  const { exitCode, stdout, stderr } = await upgrade('--yes')
  expect([exitCode, stdout]).toEqual([3, ''])
  expect(stderr).toContain('Error [UpgradeBlocked]')
  expect(stderr).toContain('gitops/apps/web/class.yaml:1: VolumeAttributesClass of storage.k8s.io/v1alpha1 is gone in 1.35')
  expect(await file()).toBe(OLD)
  await rm(path.join(repository.directory, 'gitops'), { recursive: true })
})

test('one that is cut short goes on with the same command, and the file keeps its comments', async () => {
  const running = repository.start('cluster', 'upgrade', 'dev', '--yes')
  await eventually('the file names 1.35', async () => (await file()).includes('"1.35"'), 60_000)
  running.kill('SIGKILL')
  await running
  const again = await upgrade('--yes', '--json')
  expect(again.exitCode).toBe(0)
  expect(again.json<UpgradeResult>()).toMatchObject({ from: '1.34', to: '1.35', status: 'resumed' })
  expect(await file()).toContain(`kubernetesVersion: "1.35" # the team's choice`)
  expect(await file()).toMatch(/coredns: v[\d.]+-eksbuild\.\d+/)
})

test('control plane, nodes and the API server are at the new version, and nothing is left to apply', async () => {
  const groups = await readNodeGroups(await clientsOf(repository), 'acme-dev')
  expect(groups.map(({ version }) => version)).toEqual(['1.35'])
  const status = (await repository.run('cluster', 'status', 'dev', '--json')).json<{ kubernetes: { version: string } }>()
  expect(status.kubernetes.version).toBe('1.35')
  expect((await repository.run('env', 'plan', 'dev')).exitCode).toBe(0)
})

test('a wish that is fulfilled is unchanged, and an older one is refused', async () => {
  expect((await upgrade('--to', '1.35', '--yes', '--json')).json<UpgradeResult>()).toMatchObject({ status: 'unchanged', steps: [] })
  const back = await upgrade('--to', '1.34', '--yes')
  expect([back.exitCode, back.stderr]).toEqual([64, expect.stringContaining('EKS never goes back')])
})
