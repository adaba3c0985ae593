/** A Kubernetes object as Helm renders it. */
export interface Rendered {
  kind: string
  metadata?: { name?: string; namespace?: string }
  spec?: Record<string, unknown>
  data?: Record<string, unknown>
  stringData?: Record<string, string>
}

interface Container {
  name?: string
  image?: string
  env?: Array<{ name: string; value?: string } | null> | null
  resources?: { requests?: { cpu?: unknown; memory?: unknown } } | null
}

type PodSpec = { containers?: Container[]; initContainers?: Container[] | null } | undefined

const WORKLOADS = new Set(['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet'])
const OPERATED = new Set(['Alertmanager', 'Prometheus', 'PrometheusAgent'])
/** Passwords that anybody can read in a chart or a manual. */
const KNOWN = /^(?:admin|change-?me|elastic|guest|passw[o0]rd|prom-operator|secret|sonar(?:qube|user|pass)?|test|user)$/i
const PASSWORD = /passw|secret_?key|token$/i

/** What is wrong with a rendered object, in words: images without a version, no requests, passwords that everybody knows. */
export function objectionsTo(object: Rendered): string[] {
  const name = `${object.kind}/${object.metadata?.name ?? ''}`
  const containers = containersOf(object)
  return [...containers.flatMap(containerObjections), ...secretObjections(object)].map((text) => `${name}: ${text}`)
}

function containerObjections({ name = '', image, env, resources }: Container): string[] {
  const { cpu, memory } = resources?.requests ?? {}
  const known = (env ?? []).filter((each) => each !== null && PASSWORD.test(each.name) && isKnown(each.value))
  return [
    ...(image === undefined || hasVersion(image) ? [] : [`container ${name} has the image ${image}, without a version`]),
    ...(cpu !== undefined && memory !== undefined ? [] : [`container ${name} has no requests`]),
    ...known.map((each) => `container ${name} has a password that everybody knows in ${each?.name ?? ''}`),
  ]
}

function hasVersion(image: string): boolean {
  if (image.includes('@sha256:')) return true
  const tag = /:(?<tag>[^:/]+)$/.exec(image)?.groups?.['tag']
  return tag !== undefined && tag !== 'latest'
}

function secretObjections({ kind, data, stringData }: Rendered): string[] {
  if (kind !== 'Secret') return []
  const decoded = Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()] as const)
  return [...decoded, ...Object.entries(stringData ?? {})]
    .filter(([key, value]) => !/user/i.test(key) && isKnown(value))
    .map(([key]) => `${key} is a password that everybody knows`)
}

function isKnown(value: unknown): boolean {
  return typeof value === 'string' && KNOWN.test(value.trim())
}

/** Every container of an object, also those that an operator makes of it. */
function containersOf({ kind, spec = {} }: Rendered): Container[] {
  if (WORKLOADS.has(kind)) return ofPod(at(spec, 'template', 'spec'))
  if (kind === 'CronJob') return ofPod(at(spec, 'jobTemplate', 'spec', 'template', 'spec'))
  if (kind === 'Pod') return ofPod(spec)
  if (kind === 'Kibana') return ofPod(at(spec, 'podTemplate', 'spec'))
  if (kind === 'Elasticsearch') return ((spec['nodeSets'] ?? []) as unknown[]).flatMap((set) => ofPod(at(set, 'podTemplate', 'spec')))
  return OPERATED.has(kind) ? [{ ...spec, name: kind.toLowerCase() }] : []
}

function ofPod(pod: PodSpec): Container[] {
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]
}

function at(value: unknown, ...keys: string[]): PodSpec {
  let found = value
  for (const key of keys) found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined
  return found as PodSpec
}
