/** An object of Kubernetes as plain data. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: KubernetesMetadata
  [field: string]: unknown
}

export interface KubernetesMetadata {
  name: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  [field: string]: unknown
}

/** Where an object is: `{ resource: 'applications.argoproj.io', name: 'root', namespace: 'argocd' }`. */
export interface ObjectPlace {
  /** Plural with its group: `secrets`, `deployments.apps`. */
  resource: string
  name: string
  namespace?: string
}

export interface ListOptions {
  /** Absent: of all namespaces. */
  namespace?: string
  /** As kubectl's --selector. */
  selector?: string
  /** As kubectl's --field-selector. */
  fields?: string
}

/** What the adapters of things that run in a cluster need of Kubernetes. `kube/kubectl.ts` gives it. */
export interface KubernetesClient {
  /** @returns undefined when there is none, also where the cluster does not know the kind. */
  get(place: ObjectPlace): Promise<KubernetesObject | undefined>
  /** Empty where the cluster does not know the kind. */
  list(resource: string, options?: ListOptions): Promise<KubernetesObject[]>
  /** Server-side, as field manager `platform`. What others own is left to them unless `force`. */
  apply(objects: readonly KubernetesObject[], options?: { force?: boolean; dryRun?: boolean }): Promise<void>
  /** A JSON merge patch. */
  patch(place: ObjectPlace, patch: Record<string, unknown>, options?: { subresource?: string }): Promise<void>
  /** No error when it is gone. */
  delete(place: ObjectPlace, options?: { wait?: boolean; cascade?: 'background' | 'foreground' | 'orphan' }): Promise<void>
  /** Waits for a condition as kubectl knows it: `condition=Available`, `delete`, `jsonpath=…`. */
  wait(place: ObjectPlace, condition: string, timeoutMs: number): Promise<void>
}
