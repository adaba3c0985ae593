import { type ApiServer, getFromApi, listFromApi } from './api-server.js'
import { type NotGiven, whyNot } from './cluster-objects.js'

export interface ServiceAddress {
  namespace: string
  name: string
  port: number
}

interface Reading {
  timeoutMs: number
  signal: AbortSignal
}

/** GET of something behind a Service, through the API server: no way of its own into the cluster is needed. */
export async function getFromService(
  server: ApiServer,
  { namespace, name, port }: ServiceAddress,
  path: string,
  options: Reading,
): Promise<{ body: unknown } | NotGiven> {
  const answer = await getFromApi(server, `/api/v1/namespaces/${namespace}/services/http:${name}:${port}/proxy${path}`, options)
  if ('unreachable' in answer) return { reason: answer.unreachable }
  if (answer.status === 200) return { body: answer.body }
  // What the API server says when a Service has no endpoints yet (404), no pod is behind it (503), or none that answers (502).
  if ([404, 502, 503].includes(answer.status)) return { reason: `no pod behind the Service ${namespace}/${name} answers` }
  return { reason: whyNot(answer) }
}

/** The Service with one of these labels, the first label that has one. Undefined: there is none. */
export async function findService(
  server: ApiServer,
  namespace: string,
  labels: ReadonlyArray<readonly [name: string, value: string]>,
  options: Reading,
): Promise<string | undefined | NotGiven> {
  const answer = await listFromApi(server, `/api/v1/namespaces/${namespace}/services`, options)
  if (!('items' in answer)) return { reason: whyNot(answer) }
  const services = answer.items as Array<{ metadata?: { name?: string; labels?: Record<string, string> } }>
  for (const [name, value] of labels) {
    const found = services.find(({ metadata }) => metadata?.labels?.[name] === value)
    if (found) return found.metadata?.name
  }
  return undefined
}
