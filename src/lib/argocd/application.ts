import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../core/kubernetes.js'
import { type Fields, fieldsAt, listAt, textAt, textsAt } from '../core/plain-data.js'

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
  const spec = fieldsAt(object, 'spec')
  const status = fieldsAt(object, 'status')
  const sync = fieldsAt(status, 'sync')
  const health = fieldsAt(status, 'health')
  const destination = fieldsAt(spec, 'destination')
  const source = firstSource(spec)
  return {
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? ARGOCD_NAMESPACE,
    project: textAt(spec, 'project') || 'default',
    destination: { cluster: textAt(destination, 'name') || textAt(destination, 'server'), namespace: textAt(destination, 'namespace') },
    sync: (textAt(sync, 'status') || 'Unknown') as SyncStatus,
    health: (textAt(health, 'status') || 'Unknown') as HealthStatus,
    healthMessage: textAt(health, 'message'),
    automated: isAutomated(spec),
    revision: textAt(sync, 'revision') || textsAt(sync, 'revisions').join(' ') || null,
    targetRevision: textAt(source, 'targetRevision') || 'HEAD',
    lastSynced: lastSyncedOf(status),
    path: listAt(spec, 'sources').length > 0 ? null : textAt(source, 'path') || null,
    valueFiles: textsAt(fieldsAt(source, 'helm'), 'valueFiles').flatMap((file) => (file.startsWith('/') ? [file.slice(1)] : [])),
    sourceChanged: isSourceChanged(spec, status),
    comparedAt: textAt(status, 'reconciledAt') || null,
    operation: toOperation(fieldsAt(status, 'operationState')),
    requested: typeof object['operation'] === 'object' && object['operation'] !== null,
    conditions: listAt(status, 'conditions').map((each) => ({ type: textAt(each, 'type'), message: textAt(each, 'message') })),
    resources: listAt(status, 'resources').map(toResource),
    images: textsAt(fieldsAt(status, 'summary'), 'images'),
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
  const automated = fieldsAt(spec, 'syncPolicy')['automated']
  return typeof automated === 'object' && automated !== null && (automated as Fields)['enabled'] !== false
}

function firstSource(spec: Fields): Fields {
  const [first] = listAt(spec, 'sources')
  return first ?? fieldsAt(spec, 'source')
}

function isSourceChanged(spec: Fields, status: Fields): boolean {
  const last = listAt(status, 'history').at(-1)
  const known = last?.['sources'] ?? last?.['source']
  return known !== undefined && !isDeepStrictEqual(known, spec['sources'] ?? spec['source'])
}

function lastSyncedOf(status: Fields): string | null {
  const operation = fieldsAt(status, 'operationState')
  const last = listAt(status, 'history').at(-1)
  if (last) return textAt(last, 'revision') || textsAt(last, 'revisions').join(' ') || null
  return textAt(operation, 'phase') === 'Succeeded' ? textAt(fieldsAt(operation, 'syncResult'), 'revision') || null : null
}

function toOperation(state: Fields): Application['operation'] {
  const phase = textAt(state, 'phase')
  if (phase === '') return null
  const revision = textAt(fieldsAt(state, 'syncResult'), 'revision')
  return {
    phase: phase as OperationPhase,
    message: textAt(state, 'message'),
    revision: revision || null,
    finishedAt: textAt(state, 'finishedAt') || null,
  }
}

function toResource(each: Fields): ApplicationResource {
  const health = fieldsAt(each, 'health')
  return {
    group: textAt(each, 'group'),
    kind: textAt(each, 'kind'),
    namespace: textAt(each, 'namespace'),
    name: textAt(each, 'name'),
    sync: (textAt(each, 'status') || 'Unknown') as SyncStatus,
    health: (textAt(health, 'status') || null) as HealthStatus | null,
    message: textAt(health, 'message'),
  }
}
