import type { KubeApi } from '../clusters/kube-api.js'

const METRICS = 'metrics.k8s.io/v1beta1'
/** What something uses that does nothing. */
const IDLE = { container: { cpu: '5m', memory: '20Mi' }, node: { cpu: '100m', memory: '1Gi' } }

interface Measured {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> }
  spec?: { containers?: Array<{ name: string }> }
  status?: { phase?: string }
}

export interface AggregatedPorts {
  api: Pick<KubeApi, 'list' | 'get'>
  now: () => Date
}

/**
 * What a Service answers that serves a group of the API (APIService): that it is there, so that the group counts as available and nothing
 * waits for it. For metrics-server it says that nodes and pods are idle, or autoscalers would be broken. Undefined for anything else.
 */
export async function aggregatedAnswer(
  method: string | undefined,
  url: string | undefined,
  ports: AggregatedPorts,
): Promise<Record<string, unknown> | undefined> {
  const [, group = '', version = '', rest = '', query = ''] = /^\/apis\/([^/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(url ?? '') ?? []
  if (method !== 'GET' || group === '') return undefined
  const groupVersion = `${group}/${version}`
  if (rest === '') return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: groupVersion === METRICS ? metrics : [] }
  const [, place = '', kind, name] = /^(\/namespaces\/[^/]+)?\/(nodes|pods)(?:\/([^/]+))?$/.exec(rest) ?? []
  if (groupVersion !== METRICS || kind === undefined) return undefined
  const measure = kind === 'nodes' ? ofNode : ofPod
  const timestamp = ports.now().toISOString().replace(/\.\d+/, '')
  const path = `/api/v1${place}/${kind}`
  if (name !== undefined) {
    const found = (await ports.api.get(`${path}/${name}`)) as Measured | undefined
    return found && measure(found, timestamp)
  }
  const selector = new URLSearchParams(query).get('labelSelector')
  const items = await ports.api.list<Measured>(selector === null ? path : `${path}?labelSelector=${encodeURIComponent(selector)}`)
  const measured = items.filter(({ status }) => kind === 'nodes' || status?.phase === 'Running').map((item) => measure(item, timestamp))
  return { kind: kind === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList', apiVersion: METRICS, metadata: {}, items: measured }
}

function ofNode({ metadata }: Measured, timestamp: string): Record<string, unknown> {
  return { kind: 'NodeMetrics', apiVersion: METRICS, metadata: shown(metadata), timestamp, window: '30s', usage: IDLE.node }
}

function ofPod({ metadata, spec }: Measured, timestamp: string): Record<string, unknown> {
  const containers = (spec?.containers ?? []).map(({ name }) => ({ name, usage: IDLE.container }))
  return { kind: 'PodMetrics', apiVersion: METRICS, metadata: shown(metadata), timestamp, window: '30s', containers }
}

function shown({ labels, name, namespace }: Measured['metadata']): Record<string, unknown> {
  return { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) }
}

const metrics = [
  { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
  { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
]
