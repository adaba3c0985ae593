import { describe, expect, test } from 'vitest'
import { monitorLines } from '../../../src/lib/cli/monitor-view.js'
import { loadProject } from '../../../src/lib/config/load.js'
import type { Prometheus } from '../../../src/lib/monitoring/prometheus.js'
import { monitorStatus } from '../../../src/lib/monitoring/status.js'
import { createStyle } from '../../../src/lib/ui/style.js'
import { ENVIRONMENT, repository } from '../config/repository.js'

const management = ENVIRONMENT.replace('role: workload', 'role: management').replace('10.0.0.0', '10.1.0.0')
const files = { 'environments/mgmt.yaml': management, 'environments/prod.yaml': ENVIRONMENT }
const project = async () => loadProject(await repository(files), { env: {} })

const alert = (name: string, labels: Record<string, string>, more: object = {}) => ({
  labels: { alertname: name, severity: 'warning', ...labels },
  annotations: { summary: `${name} it is.`, runbook_url: `runbooks/x.md#${name.toLowerCase()}` },
  state: 'firing',
  activeAt: '2026-11-25T10:00:00Z',
  ...more,
})

function prometheus(alerts: unknown[], reporting: string[] = ['mgmt', 'prod']): Prometheus {
  return {
    place: 'http://prometheus',
    get: async (path) =>
      path === '/api/v1/alerts'
        ? { status: 'success', data: { alerts } }
        : { status: 'success', data: { result: reporting.map((environment) => ({ metric: { environment }, value: [0, '3'] })) } },
  }
}

const firing = [
  alert('NodeDiskFilling', { environment: 'prod', cluster: 'acme-prod', level: 'performance', stage: 'infrastructure', instance: 'a' }),
  alert('ApiServerDown', { environment: 'prod', level: 'performance', stage: 'cluster', severity: 'critical' }),
  alert('BuildFailed', { environment: 'mgmt', level: 'development', stage: 'delivery' }, { state: 'pending' }),
  alert('Watchdog', { severity: 'none' }),
  alert('AlertmanagerDown', { level: 'performance', stage: 'observability', severity: 'critical' }),
  alert('TheirOwn', { environment: 'elsewhere', severity: 'odd' }),
]

describe('what fires', () => {
  test('is told by environment and level, the worst first', async () => {
    const status = await monitorStatus({ project: await project(), prometheus: prometheus(firing) })
    expect(status).toMatchObject({ platform: 'acme', prometheus: 'http://prometheus', firing: 4, pending: 1 })
    expect(status.environments.map(({ environment, firing: count }) => [environment, count])).toEqual([
      ['mgmt', 0],
      ['prod', 2],
      ['elsewhere', 1],
      [null, 1],
    ])
    const prod = status.environments[1]
    expect(prod?.levels.map(({ level }) => level)).toEqual(['performance'])
    expect(prod?.levels[0]?.alerts.map(({ name }) => name)).toEqual(['ApiServerDown', 'NodeDiskFilling'])
    expect(prod?.levels[0]?.alerts[1]).toEqual({
      name: 'NodeDiskFilling',
      state: 'firing',
      severity: 'warning',
      level: 'performance',
      stage: 'infrastructure',
      environment: 'prod',
      labels: { instance: 'a' },
      since: '2026-11-25T10:00:00Z',
      summary: 'NodeDiskFilling it is.',
      runbook: 'runbooks/x.md#nodediskfilling',
    })
    expect(status.environments[2]).toMatchObject({ role: null, reporting: false, levels: [{ level: 'other' }] })
  })

  test('of one environment alone is counted alone', async () => {
    const status = await monitorStatus({ project: await project(), prometheus: prometheus(firing) }, 'mgmt')
    expect(status).toMatchObject({ firing: 0, pending: 1, environments: [{ environment: 'mgmt', role: 'management', reporting: true }] })
  })

  test('cannot be known of an environment from which nothing arrives', async () => {
    const status = await monitorStatus({ project: await project(), prometheus: prometheus([], ['mgmt']) })
    expect(status).toMatchObject({ firing: 0, environments: [{ reporting: true }, { environment: 'prod', reporting: false }] })
    expect(monitorLines(status, createStyle(false))).toEqual([
      'acme  nothing fires',
      '  mgmt (management)  nothing fires',
      '  prod  no metrics arrive',
    ])
  })

  test('is shown as the hierarchy that it is', async () => {
    const status = await monitorStatus({ project: await project(), prometheus: prometheus(firing) }, 'prod')
    expect(monitorLines(status, createStyle(false))).toEqual([
      'acme  2 firing',
      '  prod  2 firing',
      '    performance',
      '      critical  ApiServerDown  since 2026-11-25 10:00',
      '        ApiServerDown it is.',
      '        runbooks/x.md#apiserverdown',
      '      warning  NodeDiskFilling  instance=a  since 2026-11-25 10:00',
      '        NodeDiskFilling it is.',
      '        runbooks/x.md#nodediskfilling',
    ])
  })
})

test('an unknown environment, and what is no Prometheus, are told', async () => {
  const known = await project()
  await expect(monitorStatus({ project: known, prometheus: prometheus([]) }, 'prdo')).rejects.toMatchObject({
    code: 'EnvironmentNotFound',
    next: expect.arrayContaining(['Did you mean prod?']) as string[],
  })
  for (const body of [{}, null, 'text', { status: 'error' }, { status: 'success', data: {} }]) {
    const other: Prometheus = { place: 'x', get: async () => body }
    await expect(monitorStatus({ project: known, prometheus: other })).rejects.toMatchObject({ code: 'MonitoringUnreachable' })
  }
})
