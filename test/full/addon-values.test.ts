import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BootstrapResult } from '../../src/lib/clusters/bootstrap/bootstrap.js'
import { resourcesOf } from '../helpers/addons/values.js'
import { BootstrapBench } from '../helpers/bootstrap.js'

const ADDONS = ['eck-stack', 'external-secrets', 'kube-prometheus-stack']

// What add-ons come with, by the real Argo CD. The real charts are rendered by scripts/addon-render.mjs: they cannot be had everywhere.
let bench: BootstrapBench
let result: BootstrapResult
beforeAll(async () => {
  bench = await BootstrapBench.create({ charts: ['argo-cd', ...ADDONS] })
  await bench.environment('mgmt', 'management', '10.0.0.0/16', ADDONS)
  const run = await bench.bootstrap('mgmt')
  expect(run.exitCode, run.stderr + run.stdout).toBe(0)
  result = run.json<BootstrapResult>()
})
afterAll(() => bench.remove())

const named = async (kind: string, namespace: string): Promise<string[]> => {
  const text = await bench.kubectl('mgmt', ['get', kind, '--namespace', namespace, '--output', 'json'])
  return (JSON.parse(text) as { items: Array<{ metadata: { name: string } }> }).items.map(({ metadata }) => metadata.name)
}

async function valuesOf(release: string, namespace: string): Promise<unknown> {
  const text = await bench.kubectl('mgmt', ['get', 'configmap', `${release}-values`, '--namespace', namespace, '--output', 'json'])
  return JSON.parse((JSON.parse(text) as { data: Record<string, string> }).data['values.json'] ?? '')
}

test('every add-on is synced and healthy, with the objects beside its chart', async () => {
  const well = { sync: 'Synced', health: 'Healthy' }
  for (const name of ADDONS) expect(result.applications).toContainEqual({ name: `${name}-mgmt`, ...well })
  for (const [addon, namespace] of [
    ['eck-stack', 'logging'],
    ['kube-prometheus-stack', 'monitoring'],
  ] as const) {
    for (const { kind, metadata } of resourcesOf(addon, 'management')) expect(await named(kind, namespace), kind).toContain(metadata?.name)
  }
})

test('values are those of the role, with what is known of the cluster', async () => {
  expect(await valuesOf('kube-prometheus-stack', 'monitoring')).toMatchObject({
    global: { platform: { environment: 'mgmt', domain: 'platform.invalid' } },
    grafana: { admin: { existingSecret: 'grafana-admin' }, ingress: { enabled: false } },
    kubeScheduler: { enabled: false },
    prometheus: { prometheusSpec: { replicas: 2, enableRemoteWriteReceiver: true } },
  })
  expect(await valuesOf('external-secrets', 'external-secrets')).toMatchObject({
    global: { platform: { name: 'acme', environment: 'mgmt', region: 'eu-west-1' } },
  })
})
