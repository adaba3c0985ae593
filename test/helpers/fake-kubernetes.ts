import type { KubernetesClient, KubernetesObject, ListOptions, ObjectPlace } from '../../src/lib/core/kubernetes.js'

/** A cluster in memory: it keeps what is applied, and records what is asked. */
export class FakeKubernetes implements KubernetesClient {
  readonly calls: string[] = []
  readonly #objects = new Map<string, KubernetesObject>()
  /** Called before each answer: the place to make things happen meanwhile. */
  beforeAnswer: (call: string) => void = () => undefined

  put(resource: string, object: KubernetesObject): void {
    this.#objects.set(keyOf({ resource, ...object.metadata }), object)
  }

  objects(resource: string): KubernetesObject[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${resource}/`)).map(([, object]) => object)
  }

  async get(place: ObjectPlace): Promise<KubernetesObject | undefined> {
    this.#note(`get ${keyOf(place)}`)
    return this.#objects.get(keyOf(place))
  }

  async list(resource: string, { namespace, selector }: ListOptions = {}): Promise<KubernetesObject[]> {
    this.#note(`list ${resource}`)
    return this.objects(resource).filter(
      ({ metadata }) => (namespace === undefined || metadata.namespace === namespace) && matches(metadata.labels ?? {}, selector),
    )
  }

  async apply(objects: readonly KubernetesObject[], { dryRun = false } = {}): Promise<void> {
    for (const object of objects) {
      const resource = resourceOf(object)
      this.#note(`apply ${keyOf({ resource, ...object.metadata })}`)
      if (!dryRun) this.put(resource, object)
    }
  }

  async patch(place: ObjectPlace, patch: Record<string, unknown>): Promise<void> {
    this.#note(`patch ${keyOf(place)} ${JSON.stringify(patch)}`)
    const object = this.#objects.get(keyOf(place))
    if (!object) throw new Error(`There is no ${keyOf(place)}`)
    this.#objects.set(keyOf(place), mergePatch(object, patch) as KubernetesObject)
  }

  async delete(place: ObjectPlace): Promise<void> {
    this.#note(`delete ${keyOf(place)}`)
    this.#objects.delete(keyOf(place))
  }

  async wait(place: ObjectPlace, condition: string): Promise<void> {
    this.#note(`wait ${keyOf(place)} ${condition}`)
  }

  #note(call: string): void {
    this.beforeAnswer(call)
    this.calls.push(call)
  }
}

function keyOf({ resource, namespace, name }: ObjectPlace): string {
  return `${resource}/${namespace ?? ''}/${name}`
}

/** As kubectl calls the kind: `applications.argoproj.io`. */
function resourceOf({ apiVersion, kind }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''
  return `${kind.toLowerCase()}s${group}`
}

function matches(labels: Record<string, string>, selector: string | undefined): boolean {
  return (selector ?? '')
    .split(',')
    .filter((each) => each !== '')
    .every((each) => {
      const [key = '', value] = each.split('=')
      return value === undefined ? key in labels : labels[key] === value
    })
}

/** RFC 7386 */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, mergePatch(result.get(key), value))
  }
  return Object.fromEntries(result)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An Application as Argo CD keeps it. */
export function applicationObject(
  name: string,
  options: {
    sync?: string
    health?: string
    automated?: boolean
    revision?: string
    operation?: { phase: string; message?: string }
    resources?: Array<Record<string, unknown>>
    conditions?: Array<{ type: string; message: string }>
    labels?: Record<string, string>
  } = {},
): KubernetesObject {
  const {
    sync = 'Synced',
    health = 'Healthy',
    automated = true,
    revision = 'c0ffee',
    operation,
    resources = [],
    conditions = [],
    labels = {},
  } = options
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', labels },
    spec: {
      project: 'platform',
      destination: { name: 'mgmt', namespace: name },
      source: { repoURL: 'http://127.0.0.1/git/acme.git', targetRevision: 'main', path: '.' },
      syncPolicy: { ...(automated && { automated: { prune: true } }), syncOptions: ['CreateNamespace=true'], retry: { limit: 3 } },
    },
    status: {
      sync: { status: sync, revision },
      health: { status: health },
      ...(operation && { operationState: { ...operation, syncResult: { revision } } }),
      resources,
      conditions,
      reconciledAt: '2026-11-25T10:00:00Z',
    },
  }
}
