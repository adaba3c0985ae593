import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prometheusAt, prometheusBehind } from '../../../src/lib/monitoring/prometheus.js'
import { TestApiServer } from '../../helpers/api-server.js'

const ports = { signal: new AbortController().signal }

describe('at an address', () => {
  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer(({ url: asked }, response) => {
      response.statusCode = asked === '/prefix/api/v1/alerts' || asked === '/page' ? 200 : 503
      response.end(asked === '/page' ? '<html>' : '{"status":"success"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => new Promise((resolve) => server.close(resolve)))

  test('is asked below its path', async () => {
    expect(await prometheusAt(ports, `${url}/prefix/`).get('/api/v1/alerts')).toEqual({ status: 'success' })
  })

  test.each([
    ['says no', '', '/api/v1/alerts', /answered 503/],
    ['is another program', '', '/page', /JSON/],
    ['is not there', 'http://127.0.0.1:65321', '/', /ECONNREFUSED/],
  ])('that %s is told with what to do', async (_, other, asked, reason) => {
    const error: unknown = await prometheusAt(ports, other || url)
      .get(asked)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'MonitoringUnreachable', reason: expect.stringMatching(reason) as string })
    expect((error as { next: string[] }).next.join('\n')).toContain('kubectl port-forward')
  })
})

describe('behind the API server of the management cluster', () => {
  const SERVICES = '/api/v1/namespaces/monitoring/services'
  const service = (name: string, labels: Record<string, string>) => ({ metadata: { name, labels } })
  const answers: Record<string, unknown> = {}
  let folder: string
  let server: TestApiServer
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'platform-prometheus-'))
    server = await TestApiServer.start(folder, answers)
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const ask = async (more: Record<string, unknown>) => {
    for (const key of Object.keys(answers)) Reflect.deleteProperty(answers, key)
    Object.assign(answers, more)
    const api = { url: server.url, certificateAuthority: server.certificateAuthority, token: 'k8s-aws-v1.abc' }
    return prometheusBehind(ports, 'acme-mgmt', async () => api).get('/api/v1/alerts')
  }

  test('is found by its label and asked with the token of the caller', async () => {
    const operated = service('prometheus-operated', { 'operated-prometheus': 'true' })
    const chart = service('stack-prometheus', { app: 'kube-prometheus-stack-prometheus' })
    const proxy = (name: string) => `${SERVICES}/http:${name}:9090/proxy/api/v1/alerts`
    for (const [items, name] of [
      [[operated, chart], 'stack-prometheus'],
      [[service('other', {}), operated], 'prometheus-operated'],
    ] as const) {
      expect(await ask({ [SERVICES]: { items }, [proxy(name)]: { status: 'success', name } })).toEqual({ status: 'success', name })
      expect(server.requests.at(-1)).toEqual({ path: proxy(name), authorization: 'Bearer k8s-aws-v1.abc' })
    }
  })

  test.each<readonly [string, Record<string, unknown>, RegExp]>([
    ['no service', { [SERVICES]: { items: [] } }, /no Prometheus in its namespace monitoring/],
    ['no right', { [SERVICES]: 403 }, /no permission/],
    ['no identity', { [SERVICES]: 401 }, /no access entry/],
    ...[404, 502, 503].map((status) => {
      const items = [service('p', { 'operated-prometheus': 'true' })]
      const given = { [SERVICES]: { items }, [`${SERVICES}/http:p:9090/proxy/api/v1/alerts`]: status }
      return [`no pod (${status})`, given, /no pod behind the Service monitoring\/p answers/] as const
    }),
  ])('with %s is a reason', async (_, given, reason) => {
    await expect(ask(given)).rejects.toMatchObject({
      code: 'MonitoringUnreachable',
      message: 'Prometheus gives no answer (cluster acme-mgmt).',
      reason: expect.stringMatching(reason) as string,
    })
  })
})
