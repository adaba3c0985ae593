import { messageOf, UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import type { ApiServer } from '../kube/api-server.js'
import { findService, getFromService } from '../kube/service-proxy.js'

/** The Prometheus that watches over all environments. */
export interface Prometheus {
  /** Where it is, for people. */
  place: string
  /** GET of its API. @throws `MonitoringUnreachable` */
  get(path: string): Promise<unknown>
}

/** What the catalogue of add-ons says of kube-prometheus-stack. */
const NAMESPACE = 'monitoring'
const PORT = 9090
const LABELS = [
  ['app', 'kube-prometheus-stack-prometheus'],
  ['operated-prometheus', 'true'],
] as const

const TIMEOUT_MS = 15_000

type PrometheusPorts = Pick<Ports, 'signal'>

/** At an address, such as that of `kubectl port-forward`. */
export function prometheusAt(ports: PrometheusPorts, url: string): Prometheus {
  const base = url.replace(/\/+$/, '')
  return {
    place: base,
    async get(path) {
      const signal = AbortSignal.any([ports.signal, AbortSignal.timeout(TIMEOUT_MS)])
      try {
        const answer = await fetch(`${base}${path}`, { signal, headers: { accept: 'application/json' } })
        if (answer.ok) return (await answer.json()) as unknown
        throw unreachable(base, `It answered ${answer.status}.`)
      } catch (error) {
        ports.signal.throwIfAborted()
        if (error instanceof UserError) throw error
        throw unreachable(base, `${causeOf(error)}.`, error)
      }
    },
  }
}

/** In the management cluster, through its API server. */
export function prometheusBehind(ports: PrometheusPorts, cluster: string, apiServer: () => Promise<ApiServer>): Prometheus {
  let found: Promise<{ server: ApiServer; name: string }> | undefined
  const options = { timeoutMs: TIMEOUT_MS, signal: ports.signal }
  const place = `cluster ${cluster}`
  const find = async (): Promise<{ server: ApiServer; name: string }> => {
    const server = await apiServer()
    const name = await findService(server, NAMESPACE, LABELS, options)
    ports.signal.throwIfAborted()
    if (typeof name === 'string') return { server, name }
    throw unreachable(
      place,
      name === undefined ? `There is no Prometheus in its namespace ${NAMESPACE}.` : `The API server: ${name.reason}.`,
    )
  }
  return {
    place,
    async get(path) {
      found ??= find()
      const { server, name } = await found
      const answer = await getFromService(server, { namespace: NAMESPACE, name, port: PORT }, path, options)
      ports.signal.throwIfAborted()
      if ('body' in answer) return answer.body
      throw unreachable(place, `The API server: ${answer.reason}.`)
    },
  }
}

/** @returns the error for a Prometheus that gives no answer, or one that none would give. */
export function unreachable(place: string, reason: string, cause?: unknown): UserError {
  return new UserError('MonitoringUnreachable', `Prometheus gives no answer (${place}).`, {
    cause,
    reason,
    next: [
      'See how the management cluster is: platform cluster status NAME',
      `Where it can be reached in another way, name it: kubectl port-forward -n ${NAMESPACE} svc/kube-prometheus-stack-prometheus ${PORT}:${PORT}, then platform monitor status --prometheus-url http://127.0.0.1:${PORT}`,
    ],
    details: { place },
  })
}

/** fetch says "fetch failed" and keeps why to itself. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
}
