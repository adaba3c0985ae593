import { fieldsAt, listAt, textAt, textFieldsAt } from '../core/plain-data.js'
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
    ...services.items.filter((item) => textAt(item, 'spec', 'type') === 'LoadBalancer').map(toService),
  ]
}

function toIngress(item: unknown): Entrance {
  const spec = fieldsAt(item, 'spec')
  const rules = listAt(spec, 'rules')
  const paths = rules.flatMap((rule) => listAt(rule, 'http', 'paths'))
  const annotations = fieldsAt(item, 'metadata', 'annotations')
  const tls =
    listAt(spec, 'tls').length > 0 ||
    'alb.ingress.kubernetes.io/certificate-arn' in annotations ||
    textAt(annotations, 'alb.ingress.kubernetes.io/listen-ports').includes('HTTPS')
  const backends = [...paths.map((each) => fieldsAt(each, 'backend')), fieldsAt(spec, 'defaultBackend')]
  const path = textAt(paths[0], 'path').replace(/\*$/, '')
  return {
    kind: 'Ingress',
    ...common(item),
    services: backends.map((backend) => textAt(backend, 'service', 'name')).filter((name) => name !== ''),
    host: textAt(rules[0], 'host') || null,
    path: path === '' ? '/' : path,
    tls,
  }
}

function toService(item: unknown): Entrance {
  const ports = listAt(item, 'spec', 'ports').map(({ port }) => port)
  return { kind: 'Service', ...common(item), services: [], host: null, path: '/', tls: ports.includes(443) }
}

function common(item: unknown): Pick<Entrance, 'namespace' | 'name' | 'labels' | 'address'> {
  const metadata = fieldsAt(item, 'metadata')
  const [first] = listAt(item, 'status', 'loadBalancer', 'ingress')
  return {
    namespace: textAt(metadata, 'namespace'),
    name: textAt(metadata, 'name'),
    labels: textFieldsAt(metadata, 'labels'),
    address: textAt(first, 'hostname') || textAt(first, 'ip') || null,
  }
}
