import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleNames, findConsoles } from '../../../src/lib/monitoring/consoles.js'
import { openUrl } from '../../../src/lib/monitoring/open-url.js'
import { TestApiServer } from '../../helpers/api-server.js'

const signal = new AbortController().signal
const INGRESSES = '/apis/networking.k8s.io/v1/ingresses'
const SERVICES = '/api/v1/services'

interface Given {
  labels?: Record<string, string>
  annotations?: Record<string, string>
  host?: string
  address?: string
  path?: string
  service?: string
  tls?: boolean
}

const status = (address?: string) => (address === undefined ? {} : { status: { loadBalancer: { ingress: [{ hostname: address }] } } })
const ingress = (name: string, { labels, annotations, host, address, path: at = '/', service = 'x', tls }: Given) => ({
  metadata: { namespace: 'ns', name, labels, annotations },
  spec: { rules: [{ host, http: { paths: [{ path: at, backend: { service: { name: service } } }] } }], ...(tls && { tls: [{}] }) },
  ...status(address),
})
const service = (name: string, type: string, port: number, address?: string) => ({
  metadata: { namespace: 'ns', name },
  spec: { type, ports: [{ port }] },
  ...status(address),
})

describe('the consoles of a cluster', () => {
  const answers: Record<string, unknown> = {}
  let folder: string
  let server: TestApiServer
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'platform-consoles-'))
    server = await TestApiServer.start(folder, answers)
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const find = async (given: { ingresses?: unknown; services?: unknown; elsewhere?: Record<string, string> }, only?: string) => {
    answers[INGRESSES] = given.ingresses ?? { items: [] }
    answers[SERVICES] = given.services ?? { items: [] }
    const api = { url: server.url, certificateAuthority: server.certificateAuthority, token: 't' }
    const options = { apiServer: async () => api, cluster: 'acme-mgmt', elsewhere: async () => given.elsewhere ?? {} }
    return findConsoles({ signal }, options, only)
  }

  test('are listed, whether they are there or not', async () => {
    const consoles = await find({})
    expect(consoles.map(({ name }) => name)).toEqual(consoleNames)
    for (const each of consoles) expect(each).toMatchObject({ url: null, reason: 'no Ingress or load balancer leads to it' })
  })

  test.each([
    [
      'by the label of the chart',
      ingress('a', { labels: { 'app.kubernetes.io/name': 'grafana' }, host: 'g.example', address: 'lb' }),
      'http://g.example/',
    ],
    [
      'by the service behind',
      ingress('a', { service: 'stack-grafana', address: 'lb.example', path: '/grafana/*' }),
      'http://lb.example/grafana/',
    ],
    ['with TLS by its secret', ingress('grafana', { tls: true, host: 'g.example', address: 'lb' }), 'https://g.example/'],
    [
      'with TLS by the load balancer',
      ingress('grafana', { annotations: { 'alb.ingress.kubernetes.io/certificate-arn': 'arn' }, host: 'g.example', address: 'lb' }),
      'https://g.example/',
    ],
    ['by our own label', ingress('odd', { labels: { 'platform/console': 'grafana' }, address: 'lb' }), 'http://lb/'],
  ])('are found %s', async (_, item, url) => {
    const [found] = await find({ ingresses: { items: [item] } }, 'grafana')
    expect(found).toMatchObject({ name: 'grafana', url, reason: null, source: expect.stringMatching(/^Ingress ns\//) as string })
  })

  test('may be behind a load balancer of their own, and one with an address comes first', async () => {
    const items = [
      service('my-kibana', 'ClusterIP', 443),
      service('kibana-kb', 'LoadBalancer', 443),
      service('kibana-two', 'LoadBalancer', 443, 'nlb'),
    ]
    expect(await find({ services: { items } }, 'kibana')).toMatchObject([{ url: 'https://nlb/', source: 'Service ns/kibana-two' }])
  })

  test("that have the label are not taken for another one, and may be the user's own", async () => {
    const items = [ingress('wiki-grafana', { labels: { 'platform/console': 'wiki' }, address: 'lb' })]
    const consoles = await find({ ingresses: { items } })
    expect(consoles.find(({ name }) => name === 'grafana')?.url).toBeNull()
    expect(consoles.at(-1)).toMatchObject({ name: 'wiki', url: 'http://lb/' })
  })

  test('without an address yet say so', async () => {
    const ingresses = { items: [ingress('grafana', { host: 'g.example' })] }
    expect((await find({ ingresses })).find(({ name }) => name === 'grafana')).toMatchObject({
      url: null,
      reason: 'its load balancer has no address yet (its host will be g.example)',
    })
    await expect(find({ ingresses }, 'grafana')).rejects.toMatchObject({
      code: 'ConsoleMissing',
      reason: expect.stringContaining('no address yet') as string,
    })
  })

  test('may be known from elsewhere', async () => {
    expect(await find({ elsewhere: { argocd: 'http://127.0.0.1:8080' } }, 'argocd')).toMatchObject([
      { url: 'http://127.0.0.1:8080', source: 'sandbox' },
    ])
  })

  test('of another name, and a cluster that does not tell, are errors', async () => {
    await expect(find({}, 'grafna')).rejects.toMatchObject({
      code: 'BadFlag',
      next: ['Did you mean grafana? platform console grafana', 'platform console'],
    })
    await expect(find({ ingresses: 403 })).rejects.toMatchObject({
      code: 'KubernetesUnreachable',
      reason: expect.stringContaining('403') as string,
    })
    await expect(find({ services: 401 })).rejects.toMatchObject({ code: 'KubernetesUnreachable' })
  })
})

describe('opening an address', () => {
  const calls: unknown[][] = []
  const exec = async (file: string, args: readonly string[]) => {
    calls.push([file, ...args])
    return { exitCode: 0, stdout: '', stderr: '' }
  }
  const URL_OF_LIST = 'https://g.example/?a=1&b=$(id)'

  test.each([
    ['linux', 'xdg-open'],
    ['darwin', 'open'],
  ] as const)('on %s is the work of %s, as one argument', async (platform, program) => {
    await openUrl({ exec, signal }, URL_OF_LIST, platform)
    expect(calls.at(-1)).toEqual([program, URL_OF_LIST])
  })

  test('is refused where nothing does it, and for what is no page', async () => {
    await expect(openUrl({ exec, signal }, URL_OF_LIST, 'aix')).rejects.toMatchObject({
      code: 'ToolMissing',
      next: [`Open it yourself: ${URL_OF_LIST}`],
    })
    await expect(openUrl({ exec, signal }, 'file:///etc/passwd', 'linux')).rejects.toThrow('no address of a web page')
  })
})
