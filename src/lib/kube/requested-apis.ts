import { type ApiServer, getFromApi } from './api-server.js'
import type { NotGiven } from './cluster-objects.js'

/** A deprecated API that somebody called since the API server started. */
export interface RequestedApi {
  apiVersion: string
  resource: string
  /** The first version without it: 1.N. */
  removedIn: string
}

const METRIC = /^apiserver_requested_deprecated_apis\{([^}]*)\} [1-9]/

/**
 * The deprecated APIs in use that end, as the API server counts them itself.
 * https://kubernetes.io/docs/reference/using-api/deprecation-policy/#rest-resources-aka-api-objects
 */
export async function readRequestedApis(
  server: ApiServer,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<RequestedApi[] | NotGiven> {
  const answer = await getFromApi(server, '/metrics', { ...options, accept: 'text/plain' })
  if ('unreachable' in answer) return { reason: answer.unreachable }
  if (answer.status !== 200) return { reason: `it answered ${answer.status}` }
  return requestedApisIn(answer.text)
}

/** The counters in what an API server tells Prometheus. */
export function requestedApisIn(metrics: string): RequestedApi[] {
  return metrics.split('\n').flatMap((line) => {
    const [, labels = ''] = METRIC.exec(line) ?? []
    const { group = '', version = '', resource = '', removed_release: removedIn = '' } = Object.fromEntries(pairsOf(labels))
    return removedIn === '' ? [] : [{ apiVersion: group === '' ? version : `${group}/${version}`, resource, removedIn }]
  })
}

function pairsOf(labels: string): Array<[string, string]> {
  return [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
}
