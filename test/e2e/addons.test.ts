import { execa } from 'execa'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { AddonChange } from '../../src/lib/addons/change.js'
import type { AddonDiff } from '../../src/lib/addons/diff.js'
import type { AddonList } from '../../src/lib/addons/list.js'
import type { BootstrapResult } from '../../src/lib/clusters/bootstrap/bootstrap.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'
import { writeChart, writeTestCharts } from '../helpers/charts.js'
import type { CliResult } from '../helpers/repository.js'

const CONTROLLER = 'aws-load-balancer-controller'
const DEFAULT_VALUES = `gitops/addons/default/${CONTROLLER}.yaml`
const WELL = { sync: 'Synced', health: 'Healthy' }

let bench: BootstrapBench
beforeAll(async () => {
  bench = await BootstrapBench.create({ charts: ['argo-cd', 'metrics-server', CONTROLLER, 'karpenter'] })
  await bench.environment('mgmt', 'management', '10.0.0.0/16', ['metrics-server'])
})
afterAll(() => bench.remove())

interface Failure {
  error: { code: string; message: string; reason?: string }
}

const addon = (verb: string, name: string, ...flags: string[]): Promise<CliResult> =>
  bench.repository.run('addon', verb, name, '--environment', 'mgmt', '--json', '--role-arn', OPS, ...flags)
const change = (verb: string, name: string, ...flags: string[]): Promise<CliResult> =>
  addon(verb, name, '--yes', ...(flags.includes('--timeout') ? [] : ['--timeout', '4m']), ...flags)
const inCluster = (...args: string[]): Promise<string> => bench.kubectl('mgmt', args)
const gitStatus = async (): Promise<string> => (await execa('git', ['status', '--short'], { cwd: bench.repository.directory })).stdout

/** What a small chart was installed with. */
async function installed(name: string, namespace: string): Promise<{ chart: string; values: Record<string, unknown> }> {
  const text = await inCluster('-n', namespace, 'get', 'configmap', `${name}-values`, '-o', 'json')
  const { data } = JSON.parse(text) as { data: { chart: string; 'values.json': string } }
  return { chart: data.chart, values: JSON.parse(data['values.json']) as Record<string, unknown> }
}

test('a bootstrap brings the enabled add-ons through the chart repository, and Argo CD itself', async () => {
  const result = await bench.bootstrap('mgmt')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  const { applications } = result.json<BootstrapResult>()
  expect(applications).toContainEqual({ name: 'argo-cd-mgmt', ...WELL })
  expect(applications).toContainEqual({ name: 'metrics-server-mgmt', ...WELL })
  expect((await installed('metrics-server', 'kube-system')).chart).toBe('metrics-server-3.13.1')
  const lock = JSON.parse(await readFile(path.join(bench.repository.directory, 'platform.lock.json'), 'utf8')) as {
    charts: Record<string, { version: string; digest: string }>
  }
  expect(Object.keys(lock.charts)).toEqual(['argo-cd', 'metrics-server'])
})

test('an archive that is not the one of the lock is refused, and nothing is written', async () => {
  const file = path.join(bench.repository.directory, 'platform.lock.json')
  const before = await readFile(file, 'utf8')
  const lock = JSON.parse(before) as { charts: Record<string, unknown> }
  lock.charts[CONTROLLER] = { repository: bench.chartsUrl, version: '3.5.0', digest: `sha256:${'0'.repeat(64)}` }
  await writeFile(file, JSON.stringify(lock))
  const status = await gitStatus()
  const result = await change('enable', CONTROLLER)
  expect(result.exitCode).toBe(3)
  expect(result.json<Failure>().error.code).toBe('ChartDigestMismatch')
  expect(await gitStatus()).toBe(status)
  await writeFile(file, before)
})

test('an add-on that does not run on the Kubernetes version is refused with what fits', async () => {
  const file = path.join(bench.repository.directory, 'environments', 'next.yaml')
  const next = parse(await readFile(path.join(bench.repository.directory, 'environments', 'mgmt.yaml'), 'utf8')) as Record<string, unknown>
  Object.assign(next, { role: 'workload', network: { cidr: '10.9.0.0/16' }, cluster: { kubernetesVersion: '1.36' }, addons: {} })
  await writeFile(file, JSON.stringify({ ...next, addons: { kyverno: { enabled: false } } }))
  const result = await bench.repository.run('addon', 'enable', 'kyverno', '--environment', 'next', '--yes', '--json')
  expect(result.exitCode, result.stdout).toBe(3)
  expect(result.json<Failure>().error).toMatchObject({
    code: 'AddonOutsideWindow',
    reason: expect.stringContaining('runs on Kubernetes 1.33 to 1.35, not on 1.36') as string,
  })
  await execa('rm', [file])
})

test('an add-on is enabled through Git, with the values and the facts of its cluster', async () => {
  const before = await gitStatus()
  const planned = await change('enable', CONTROLLER, '--dry-run')
  expect(planned.exitCode, planned.stderr + planned.stdout).toBe(0)
  expect(planned.json<AddonChange>()).toMatchObject({ status: 'planned', commit: null })
  expect(await gitStatus()).toBe(before)

  const result = await change('enable', CONTROLLER, '--reason', 'Load balancers')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<AddonChange>()).toMatchObject({ status: 'done', enabled: true, version: '3.5.0' })
  const { chart, values } = await installed(CONTROLLER, 'kube-system')
  expect(chart).toBe(`${CONTROLLER}-3.5.0`)
  expect(values).toMatchObject({ clusterName: 'acme-mgmt', region: 'eu-west-1' })
  const { stdout } = await execa('git', ['--git-dir', bench.bare, 'log', '-1', '--format=%B', 'main'])
  expect(stdout).toContain(`Enable ${CONTROLLER} 3.5.0 in mgmt\n\nLoad balancers`)

  const again = await change('enable', CONTROLLER)
  expect(again.json<AddonChange>()).toMatchObject({ status: 'unchanged', files: [] })
})

test('a diff tells what another version changes, and that the cluster is as the files say', async () => {
  const versions = await addon('diff', CONTROLLER, '--to', '3.4.3')
  expect(versions.exitCode, versions.stderr + versions.stdout).toBe(2)
  expect(versions.json<AddonDiff>().words.join('\n')).toContain(`registry.example.com/${CONTROLLER}:v3.4.3`)
  const cluster = await addon('diff', CONTROLLER)
  expect(cluster.json<AddonDiff>().words).toEqual([])
  expect(cluster.exitCode).toBe(0)
})

test('another version is brought, and an edit of the values survives and counts', async () => {
  const file = path.join(bench.repository.directory, DEFAULT_VALUES)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, 'ours: true\n')
  const result = await change('upgrade', CONTROLLER, '--to', '3.4.3')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<AddonChange>()).toMatchObject({ status: 'done', version: '3.4.3' })
  expect(await installed(CONTROLLER, 'kube-system')).toMatchObject({ chart: `${CONTROLLER}-3.4.3`, values: { ours: true } })
  expect(await readFile(file, 'utf8')).toBe('ours: true\n')
  const lock = JSON.parse(await readFile(path.join(bench.repository.directory, 'platform.lock.json'), 'utf8')) as {
    charts: Record<string, { version: string; also: Record<string, unknown> }>
  }
  expect(lock.charts[CONTROLLER]).toMatchObject({ version: '3.4.3', also: { '3.5.0': {} } })
})

test('a list tells where each add-on is, and how', async () => {
  const { addons, unknown } = (await bench.repository.run('addon', 'list', '--json', '--role-arn', OPS)).json<AddonList>()
  expect(unknown).toBeNull()
  const found = addons.find(({ name }) => name === CONTROLLER)
  expect(found).toMatchObject({ recommended: '3.5.0', kubernetes: { from: '1.32', to: '1.36' } })
  expect(found?.environments).toEqual([{ environment: 'mgmt', enabled: true, version: '3.4.3', fits: true, ...WELL, deployed: '3.4.3' }])
})

test('definitions come from a chart of their own, and stay with everything else when the add-on is disabled', async () => {
  const result = await change('enable', 'karpenter')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(await inCluster('get', 'crd', 'nodepools.karpenter.example.com', '-o', 'name')).not.toBe('')

  const off = await change('disable', 'karpenter')
  expect(off.exitCode, off.stderr + off.stdout).toBe(0)
  const { remainder, status } = off.json<AddonChange>()
  expect(status).toBe('done')
  expect(remainder).toMatchObject({ definitions: ['nodepools.karpenter.example.com'] })
  expect(remainder?.objects).toContain('Deployment kube-system/karpenter')
  expect(await inCluster('-n', 'argocd', 'get', 'applications', '-o', 'name')).not.toContain('karpenter')
  expect(await inCluster('-n', 'kube-system', 'get', 'deployment', 'karpenter', '-o', 'name')).toContain('karpenter')
  // The commands that were told remove it.
  for (const command of remainder?.commands.slice(1) ?? []) await inCluster(...command.split(' ').slice(1))
  expect(await inCluster('-n', 'kube-system', 'get', 'deployments', '-o', 'name')).not.toContain('karpenter')

  const itself = await change('disable', 'argo-cd')
  expect(itself.exitCode).toBe(64)
})

test('a chart that was published anew under its version is refused', async () => {
  await writeChart(bench.charts, { name: 'karpenter', version: '1.14.1', templates: { 'other.yaml': '# another one\n' } })
  const result = await change('enable', 'karpenter')
  expect(result.exitCode).toBe(3)
  expect(result.json<Failure>().error.code).toBe('ChartDigestMismatch')
  await writeTestCharts(bench.charts, { only: ['karpenter'] })
})
