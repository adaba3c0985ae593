import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../core/kubernetes.js'

/** Where Argo CD lives. */
export const ARGOCD_NAMESPACE = 'argocd'
export const APPLICATIONS = 'applications.argoproj.io'

export type SyncStatus = 'Synced' | 'OutOfSync' | 'Unknown'
export type HealthStatus = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown'
export type OperationPhase = 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded'

/** An object that an application manages. */
export interface ApplicationResource {
  group: string
  kind: string
  namespace: string
  name: string
  sync: SyncStatus
  /** null: Argo CD does not judge its health. */
  health: HealthStatus | null
  message: string
}

/** What Argo CD says of an application. */
export interface Application {
  name: string
  namespace: string
  project: string
  /** Name of the cluster, or its address. */
  destination: { cluster: string; namespace: string }
  sync: SyncStatus
  health: HealthStatus
  healthMessage: string
  /** Whether it syncs by itself. */
  automated: boolean
  /** The commit that its state was compared with. */
  revision: string | null
  targetRevision: string
  /** The commit that was last brought to the cluster. null: it was never synced. */
  lastSynced: string | null
  /** The folder in Git. null: it has several sources, or a chart. */
  path: string | null
  /** Value files elsewhere in the same repository. */
  valueFiles: string[]
  /** Where it comes from is not what it was at the last sync: another folder, version or values. */
  sourceChanged: boolean
  /** When it was last compared, ISO 8601. */
  comparedAt: string | null
  operation: { phase: OperationPhase; message: string; revision: string | null; finishedAt: string | null } | null
  /** An operation was asked for and has not begun. */
  requested: boolean
  conditions: Array<{ type: string; message: string }>
  resources: ApplicationResource[]
  images: string[]
}

/** Reads an Application object: whatever is missing has its neutral value. */
export function toApplication(object: KubernetesObject): Application {
  const spec = part(object, 'spec')
  const status = part(object, 'status')
  const sync = part(status, 'sync')
  const health = part(status, 'health')
  const destination = part(spec, 'destination')
  const source = firstSource(spec)
  return {
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? ARGOCD_NAMESPACE,
    project: text(spec, 'project') || 'default',
    destination: { cluster: text(destination, 'name') || text(destination, 'server'), namespace: text(destination, 'namespace') },
    sync: (text(sync, 'status') || 'Unknown') as SyncStatus,
    health: (text(health, 'status') || 'Unknown') as HealthStatus,
    healthMessage: text(health, 'message'),
    automated: isAutomated(spec),
    revision: text(sync, 'revision') || texts(sync, 'revisions').join(' ') || null,
    targetRevision: text(source, 'targetRevision') || 'HEAD',
    lastSynced: lastSyncedOf(status),
    path: list(spec, 'sources').length > 0 ? null : text(source, 'path') || null,
    valueFiles: texts(part(source, 'helm'), 'valueFiles').flatMap((file) => (file.startsWith('/') ? [file.slice(1)] : [])),
    sourceChanged: isSourceChanged(spec, status),
    comparedAt: text(status, 'reconciledAt') || null,
    operation: toOperation(part(status, 'operationState')),
    requested: typeof object['operation'] === 'object' && object['operation'] !== null,
    conditions: list(status, 'conditions').map((each) => ({ type: text(each, 'type'), message: text(each, 'message') })),
    resources: list(status, 'resources').map(toResource),
    images: texts(part(status, 'summary'), 'images'),
  }
}

/** Synced, healthy, and nothing under way. */
export function isSettled({ sync, health, operation, requested }: Application): boolean {
  return sync === 'Synced' && health === 'Healthy' && !requested && !isRunning(operation)
}

/** What differs waits for somebody who syncs it. */
export function waitsForSync({ sync, automated, operation, requested }: Application): boolean {
  return sync === 'OutOfSync' && !automated && !requested && !isRunning(operation)
}

export function isRunning(operation: Application['operation']): boolean {
  return operation?.phase === 'Running' || operation?.phase === 'Terminating'
}

function isAutomated(spec: Fields): boolean {
  const automated = part(spec, 'syncPolicy')['automated']
  return typeof automated === 'object' && automated !== null && (automated as Fields)['enabled'] !== false
}

function firstSource(spec: Fields): Fields {
  const [first] = list(spec, 'sources')
  return first ?? part(spec, 'source')
}

function isSourceChanged(spec: Fields, status: Fields): boolean {
  const last = list(status, 'history').at(-1)
  const known = last?.['sources'] ?? last?.['source']
  return known !== undefined && !isDeepStrictEqual(known, spec['sources'] ?? spec['source'])
}

function lastSyncedOf(status: Fields): string | null {
  const operation = part(status, 'operationState')
  const last = list(status, 'history').at(-1)
  if (last) return text(last, 'revision') || texts(last, 'revisions').join(' ') || null
  return text(operation, 'phase') === 'Succeeded' ? text(part(operation, 'syncResult'), 'revision') || null : null
}

function toOperation(state: Fields): Application['operation'] {
  const phase = text(state, 'phase')
  if (phase === '') return null
  const revision = text(part(state, 'syncResult'), 'revision')
  return {
    phase: phase as OperationPhase,
    message: text(state, 'message'),
    revision: revision || null,
    finishedAt: text(state, 'finishedAt') || null,
  }
}

function toResource(each: Fields): ApplicationResource {
  const health = part(each, 'health')
  return {
    group: text(each, 'group'),
    kind: text(each, 'kind'),
    namespace: text(each, 'namespace'),
    name: text(each, 'name'),
    sync: (text(each, 'status') || 'Unknown') as SyncStatus,
    health: (text(health, 'status') || null) as HealthStatus | null,
    message: text(health, 'message'),
  }
}

type Fields = Readonly<Record<string, unknown>>

function part(value: Fields, key: string): Fields {
  const found = value[key]
  return typeof found === 'object' && found !== null ? (found as Fields) : {}
}

function list(value: Fields, key: string): Fields[] {
  const found = value[key]
  return Array.isArray(found) ? found.filter((each): each is Fields => typeof each === 'object' && each !== null) : []
}

function text(value: Fields, key: string): string {
  const found = value[key]
  return typeof found === 'string' ? found : ''
}

function texts(value: Fields, key: string): string[] {
  const found = value[key]
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === 'string') : []
}
