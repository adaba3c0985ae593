import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MonitorStatus } from '../../../src/lib/monitoring/status.js'
import { PrometheusServer } from '../../helpers/prometheus-server.js'
import { alertsOf, MONITORING, readRuleFiles } from '../../helpers/prometheus.js'
import { Repository } from '../../helpers/repository.js'
import { sampleFleet, type Sample, toOpenMetrics } from '../../helpers/sample-series.js'
import { eventually } from '../../helpers/sandbox.js'
import { temporaryFolder } from '../modules/workbench.js'

const MINUTES = 10
const environment = (role: string, cidr: string): string =>
  `apiVersion: platform/v1alpha1\nkind: Environment\nrole: ${role}\nnetwork:\n  cidr: ${cidr}\n`

let repository: Repository
let well: PrometheusServer
let ill: PrometheusServer

beforeAll(async () => {
  repository = await Repository.init()
  const folder = path.join(repository.directory, 'environments')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'mgmt.yaml'), environment('management', '10.0.0.0/16'))
  await writeFile(path.join(folder, 'prod.yaml'), environment('workload', '10.1.0.0/16'))
  await writeFile(path.join(folder, 'dev.yaml'), environment('workload', '10.2.0.0/16'))
  well = await startWith([])
  ill = await startWith([
    { name: 'aws_natgateway_error_port_allocation_sum', labels: { ...prod, dimension_NatGatewayId: 'nat-2' }, at: () => 7 },
    { name: 'aws_platform_acme_shared_break_glass_uses_sum', labels: prod, at: () => 1 },
    { name: 'aws_codebuild_failed_builds_sum', labels: { environment: 'mgmt', dimension_ProjectName: 'web' }, at: () => 1 },
  ])
})
afterAll(async () => {
  await Promise.all([well.stop(), ill.stop()])
  await repository.remove()
})

const prod = { environment: 'prod', cluster: 'acme-prod' }

/** A fleet without dev, which so far sends nothing, and with the real rules. */
async function startWith(more: readonly Sample[]): Promise<PrometheusServer> {
  const epoch = Math.floor(Date.now() / 1000) - MINUTES * 60
  const fleet = sampleFleet(epoch).filter(({ name, labels }) => labels['environment'] !== 'dev' && name !== 'ALERTS')
  const samples = new Map([...fleet, ...more].map((sample) => [JSON.stringify([sample.name, sample.labels]), sample]))
  const rules = (await readRuleFiles()).map(({ file }) => file)
  const server = await PrometheusServer.start(await temporaryFolder('monitor'), {
    metrics: toOpenMetrics([...samples.values()], { epoch, minutes: MINUTES }),
    rules,
  })
  await eventually('the rules to be evaluated', async () => (await server.rulesEvaluated()) === rules.length, 120_000)
  return server
}

const status = (server: PrometheusServer, ...args: string[]) => repository.run('monitor', 'status', '--prometheus-url', server.url, ...args)

describe('monitor status', () => {
  test('ends with 0 when nothing fires', async () => {
    const { exitCode, stdout, stderr } = await status(well)
    expect(stderr).not.toContain('Error')
    expect(stdout).toMatch(/^acme {2}nothing fires, 1 about to\n {2}dev {2}nothing fires, 1 about to, no metrics arrive\n/)
    expect(stdout).toContain('critical  EnvironmentSilent (about to fire)')
    expect(stdout).toMatch(/\n {2}mgmt \(management\) {2}nothing fires\n {2}prod {2}nothing fires$/)
    expect(exitCode).toBe(0)
  })

  test('ends with 3 when something does, and shows where in the hierarchy', async () => {
    const { exitCode, stdout } = await status(ill)
    expect(exitCode).toBe(3)
    expect(stdout).toContain('acme  3 firing')
    const [, afterMgmt = ''] = stdout.split('  mgmt (management)  1 firing')
    expect(afterMgmt).toMatch(/^\n {4}development\n {6}warning {2}BuildFailed {2}dimension_ProjectName=web {2}since /)
    const [, afterProd = ''] = stdout.split('  prod  2 firing')
    expect(afterProd).toMatch(/performance\n {6}critical {2}NatPortsExhausted[^]*security\n {6}critical {2}BreakGlassUsed/)
    expect(afterProd).toContain('NAT gateway nat-2 of prod has no port left.')
    expect(afterProd).toContain('gitops/addons/resources/management/kube-prometheus-stack/runbooks/edge.md#natportsexhausted')
  })

  test('tells machines the same, of one environment too', async () => {
    const all = (await status(ill, '--json')).json<MonitorStatus>()
    expect(all).toMatchObject({ platform: 'acme', prometheus: ill.url, firing: 3 })
    const one = await status(ill, 'mgmt', '--json')
    expect(one.exitCode).toBe(3)
    expect(one.json()).toMatchObject({ firing: 1, environments: [{ environment: 'mgmt', levels: [{ level: 'development' }] }] })
    const quiet = await repository.runWith({ env: { PLATFORM_PROMETHEUS_URL: ill.url } }, 'monitor', 'status', 'dev', '--json')
    expect(quiet.exitCode).toBe(0)
    expect(quiet.json()).toMatchObject({ firing: 0, environments: [{ environment: 'dev', reporting: false }] })
  })

  test.each([
    [1, 'MonitoringUnreachable', ['--prometheus-url', 'http://127.0.0.1:65321']],
    [64, 'BadFlag', ['--prometheus-url', 'http://user:secret@127.0.0.1']],
    [64, 'BadFlag', ['--prometheus-url', 'ftp://127.0.0.1']],
    [64, 'EnvironmentNotFound', ['prdo', '--prometheus-url', 'http://127.0.0.1:65321']],
  ])('ends with %i and %s: %j', async (code, error, args) => {
    const { exitCode, stdout, stderr } = await repository.run('monitor', 'status', ...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(`Error [${error}]`)
    expect(stderr).toContain('Next:')
    expect(stderr).not.toContain('secret')
  })
})

test('what an alert says can be read: no template of a real alert is broken', async () => {
  const found = (await ill.alerts()).filter(({ state }) => state === 'firing')
  expect(found.map(({ labels }) => labels['alertname']).sort()).toEqual(['BreakGlassUsed', 'BuildFailed', 'NatPortsExhausted'])
  for (const { annotations } of found) expect(Object.values(annotations).join('\n')).not.toMatch(/<no value>|<error|\{\{/)
  const known = new Set((await readRuleFiles()).flatMap(alertsOf).map(({ alert }) => alert))
  for (const { labels, annotations } of found) {
    expect(known).toContain(labels['alertname'])
    const [file = ''] = (annotations['runbook_url'] ?? '')
      .replace('gitops/addons/resources/management/kube-prometheus-stack/', '')
      .split('#')
    expect(await readFile(path.join(MONITORING, file), 'utf8')).toContain(`## ${labels['alertname'] ?? ''}`)
  }
})
