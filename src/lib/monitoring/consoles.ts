import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'
import type { Ports } from '../core/ports.js'
import type { ApiServer } from '../kube/api-server.js'
import { type Entrance, readEntrances } from '../kube/entrances.js'

/** A user interface of the management cluster. */
export interface Console {
  name: string
  title: string
  /** Null: it cannot be opened, for `reason`. */
  url: string | null
  reason: string | null
  /** Where the address was found: `Ingress argocd/argo-cd-argocd-server`, or the sandbox. */
  source: string | null
}

/** Who has this label decides about a console, whatever else it is called; the value is the name of the console. */
export const CONSOLE_LABEL = 'platform/console'

const KNOWN = [
  { name: 'argocd', title: 'Argo CD', called: 'argocd-server' },
  { name: 'grafana', title: 'Grafana', called: 'grafana' },
  { name: 'kibana', title: 'Kibana', called: 'kibana' },
  { name: 'jaeger', title: 'Jaeger', called: 'jaeger' },
  { name: 'rancher', title: 'Rancher', called: 'rancher' },
  { name: 'sonarqube', title: 'SonarQube', called: 'sonarqube' },
] as const

export const consoleNames = KNOWN.map(({ name }) => name)

const TIMEOUT_MS = 10_000

/**
 * The user interfaces of the management cluster, by what leads into it.
 * @param elsewhere addresses that are known in another way, by name; asked last, for the cluster may start with the first question
 * @param only one of them
 * @throws `BadFlag` (unknown name), `ConsoleMissing` (it cannot be opened), `KubernetesUnreachable`
 */
export async function findConsoles(
  ports: Pick<Ports, 'signal'>,
  {
    apiServer,
    cluster,
    elsewhere,
  }: { apiServer: () => Promise<ApiServer>; cluster: string; elsewhere: () => Promise<Record<string, string>> },
  only?: string,
): Promise<Console[]> {
  const entrances = await readEntrances(await apiServer(), { timeoutMs: TIMEOUT_MS, signal: ports.signal })
  ports.signal.throwIfAborted()
  if (!Array.isArray(entrances)) {
    throw new UserError('KubernetesUnreachable', `The API server of ${cluster} does not say what leads into it.`, {
      reason: `${entrances.reason}.`,
      next: ['See how the management cluster is: platform cluster status NAME'],
      details: { cluster },
    })
  }
  const consoles = consolesOf(entrances, await elsewhere())
  if (only === undefined) return consoles
  const found = consoles.find(({ name }) => name === only)
  if (!found) throw unknownConsole(only, consoles)
  if (found.url === null) throw missing(found)
  return [found]
}

/** Those that platform knows, then others that carry the label. */
export function consolesOf(entrances: readonly Entrance[], elsewhere: Record<string, string>): Console[] {
  const known = KNOWN.map(({ name, title, called }) => {
    const url = elsewhere[name]
    if (url !== undefined) return { name, title, url, reason: null, source: 'sandbox' }
    return consoleOf({ name, title }, bestOf(entrances, name, called))
  })
  const others = [...new Set(entrances.map(({ labels }) => labels[CONSOLE_LABEL] ?? ''))]
    .filter((name) => name !== '' && !known.some((each) => each.name === name))
    .sort()
    .map((name) => consoleOf({ name, title: name }, bestOf(entrances, name)))
  return [...known, ...others]
}

/** By the label, else by name; one with an address first. */
function bestOf(entrances: readonly Entrance[], name: string, called?: string): Entrance | undefined {
  const labelled = entrances.filter(({ labels }) => labels[CONSOLE_LABEL] === name)
  const pattern = new RegExp(`(?:^|-)${called ?? '$^'}(?:-|$)`)
  const similar = entrances.filter(
    ({ labels, name: own, services }) =>
      labels[CONSOLE_LABEL] === undefined &&
      [labels['app.kubernetes.io/name'], labels['app'], own, ...services].some((text) => text !== undefined && pattern.test(text)),
  )
  const candidates = labelled.length > 0 ? labelled : similar
  return candidates.find(({ address }) => address !== null) ?? candidates[0]
}

function consoleOf(known: Pick<Console, 'name' | 'title'>, found: Entrance | undefined): Console {
  if (!found) return { ...known, url: null, reason: 'no Ingress or load balancer leads to it', source: null }
  const source = `${found.kind} ${found.namespace}/${found.name}`
  if (found.address === null) {
    const host = found.host === null ? '' : ` (its host will be ${found.host})`
    return { ...known, url: null, reason: `its load balancer has no address yet${host}`, source }
  }
  return { ...known, url: `${found.tls ? 'https' : 'http'}://${found.host ?? found.address}${found.path}`, reason: null, source }
}

function unknownConsole(name: string, consoles: readonly Console[]): UserError {
  const names = consoles.map((each) => each.name)
  const near = nearest(name, names)
  return new UserError('BadFlag', `There is no console ${name}.`, {
    reason: `Known are ${names.join(', ')}.`,
    next: [...(near === undefined ? [] : [`Did you mean ${near}? platform console ${near}`]), 'platform console'],
    details: { name, known: names },
  })
}

function missing({ name, title, reason, source }: Console): UserError {
  return new UserError('ConsoleMissing', `${title} has no address.`, {
    reason: `${reason ?? 'Nobody knows why'}${source === null ? '' : ` (${source})`}.`,
    next: [
      'platform console',
      ...(source === null ? [`Is the add-on enabled, and its Ingress? Label it ${CONSOLE_LABEL}: ${name} where it has another name.`] : []),
    ],
    details: { name, source },
  })
}
