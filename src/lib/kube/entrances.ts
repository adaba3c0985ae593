import { type ApiServer, listFromApi } from './api-server.js'
import { type NotGiven, whyNot } from './cluster-objects.js'

/** Something through which people get into a cluster. */
export interface Entrance {
  kind: 'Ingress' | 'Service'
  namespace: string
  name: string
  labels: Record<string, string>
  /** Names of the Services behind it. */
  services: string[]
  host: string | null
  path: string
  tls: boolean
  /** Address of its load balancer, as soon as there is one. */
  address: string | null
}

interface Reading {
  timeoutMs: number
  signal: AbortSignal
}

type Json = Record<string, unknown>

/** Every Ingress, and every Service with a load balancer of its own. */
export async function readEntrances(server: ApiServer, options: Reading): Promise<Entrance[] | NotGiven> {
  const [ingresses, services] = await Promise.all([
    listFromApi(server, '/apis/networking.k8s.io/v1/ingresses', options),
    listFromApi(server, '/api/v1/services', options),
  ])
  if (!('items' in ingresses)) return { reason: whyNot(ingresses) }
  if (!('items' in services)) return { reason: whyNot(services) }
  return [
    ...ingresses.items.map(toIngress),
    ...services.items.filter((item) => inside(item, 'spec')['type'] === 'LoadBalancer').map(toService),
  ]
}

function toIngress(item: unknown): Entrance {
  const spec = inside(item, 'spec')
  const rules = listOf(spec['rules'])
  const paths = rules.flatMap((rule) => listOf(inside(rule, 'http')['paths']))
  const annotations = inside(inside(item, 'metadata'), 'annotations')
  const tls =
    listOf(spec['tls']).length > 0 ||
    'alb.ingress.kubernetes.io/certificate-arn' in annotations ||
    textOf(annotations['alb.ingress.kubernetes.io/listen-ports']).includes('HTTPS')
  const backends = [...paths.map((each) => inside(each, 'backend')), inside(spec, 'defaultBackend')]
  const path = textOf(paths[0]?.['path']).replace(/\*$/, '')
  return {
    kind: 'Ingress',
    ...common(item),
    services: backends.map((backend) => textOf(inside(backend, 'service')['name'])).filter((name) => name !== ''),
    host: textOf(rules[0]?.['host']) || null,
    path: path === '' ? '/' : path,
    tls,
  }
}

function toService(item: unknown): Entrance {
  const ports = listOf(inside(item, 'spec')['ports']).map(({ port }) => port)
  return { kind: 'Service', ...common(item), services: [], host: null, path: '/', tls: ports.includes(443) }
}

function common(item: unknown): Pick<Entrance, 'namespace' | 'name' | 'labels' | 'address'> {
  const metadata = inside(item, 'metadata')
  const [first] = listOf(inside(inside(item, 'status'), 'loadBalancer')['ingress'])
  const labels = Object.entries(inside(metadata, 'labels')).map(([name, value]) => [name, textOf(value)])
  return {
    namespace: textOf(metadata['namespace']),
    name: textOf(metadata['name']),
    labels: Object.fromEntries(labels) as Record<string, string>,
    address: textOf(first?.['hostname']) || textOf(first?.['ip']) || null,
  }
}

function inside(value: unknown, key: string): Json {
  const found = typeof value === 'object' && value !== null ? (value as Json)[key] : undefined
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Json) : {}
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((each): each is Json => typeof each === 'object' && each !== null) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
