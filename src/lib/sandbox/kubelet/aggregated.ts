const METRICS = 'metrics.k8s.io/v1beta1'

/**
 * What a Service answers that serves a group of the API (APIService): that it is there, so that the group counts as available and nothing
 * waits for it. metrics-server knows no metrics, for nothing runs. Undefined for anything else.
 */
export function aggregatedAnswer(method: string | undefined, url = ''): Record<string, unknown> | undefined {
  const [, group = '', version = '', rest = ''] = /^\/apis\/([^/?]+)\/([^/?]+)(\/[^?]*)?(?:\?.*)?$/.exec(url) ?? []
  if (method !== 'GET' || group === '') return undefined
  const groupVersion = `${group}/${version}`
  if (rest === '') return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: groupVersion === METRICS ? metrics : [] }
  if (groupVersion !== METRICS) return undefined
  const kind = /\/nodes$/.test(rest) ? 'NodeMetricsList' : /\/pods$/.test(rest) ? 'PodMetricsList' : undefined
  return kind === undefined ? undefined : { kind, apiVersion: METRICS, metadata: {}, items: [] }
}

const metrics = [
  { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
  { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
]
