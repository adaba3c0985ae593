import type { KubernetesClient, KubernetesObject } from '../core/kubernetes.js'
import type { Application, ApplicationResource } from './application.js'

/** The cluster that an application deploys to. Undefined where it cannot be asked. */
export type ClientOfCluster = (application: Application) => Promise<KubernetesClient | undefined>

export interface ObjectEvent {
  type: string
  reason: string
  message: string
  at: string
  count: number
}

/** Why an application is not well, for people and for machines. */
export interface Explanation {
  text: string
  facts: {
    application: string
    sync: string
    health: string
    objects: Array<{
      kind: string
      namespace: string
      name: string
      sync: string
      health: string | null
      message: string
      events: ObjectEvent[]
    }>
  }
}

/** How many objects of an application, and how many events of an object, are told. */
const MOST_OBJECTS = 5
const MOST_EVENTS = 3

export async function explainApplications(clientOf: ClientOfCluster, applications: readonly Application[]): Promise<Explanation[]> {
  const explained: Explanation[] = []
  for (const application of applications) explained.push(await explain(clientOf, application))
  return explained
}

async function explain(clientOf: ClientOfCluster, application: Application): Promise<Explanation> {
  const { name, sync, health, healthMessage, conditions, operation } = application
  const unwell = application.resources.filter(isUnwell)
  const client = unwell.length === 0 ? undefined : await clientOf(application).catch(() => undefined)
  const objects = []
  for (const resource of unwell.slice(0, MOST_OBJECTS)) {
    objects.push({ ...withoutGroup(resource), events: client ? await eventsOf(client, resource) : [] })
  }
  const failed = operation && (operation.phase === 'Failed' || operation.phase === 'Error' || operation.phase === 'Running')
  const lines = [
    `${name}: ${sync}, ${health}${healthMessage === '' ? '' : ` (${healthMessage})`}`,
    ...conditions.map(({ type, message }) => `  ${type}: ${message}`),
    ...(failed && operation.message !== '' ? [`  sync ${operation.phase.toLowerCase()}: ${operation.message}`] : []),
    ...objects.flatMap(({ kind, namespace, name: object, sync: state, health: well, message, events }) => [
      `  ${kind} ${namespace === '' ? '' : `${namespace}/`}${object}: ${well ?? state}${message === '' ? '' : ` (${message})`}`,
      ...events.map(({ type, reason, message: said, count }) => `    ${type} ${reason}: ${said}${count > 1 ? ` (${count} times)` : ''}`),
    ]),
    ...(unwell.length > MOST_OBJECTS ? [`  and ${unwell.length - MOST_OBJECTS} more objects`] : []),
  ]
  return { text: lines.join('\n'), facts: { application: name, sync, health, objects } }
}

function isUnwell({ sync, health }: ApplicationResource): boolean {
  return sync !== 'Synced' || (health !== null && health !== 'Healthy')
}

function withoutGroup({ kind, namespace, name, sync, health, message }: ApplicationResource) {
  return { kind, namespace, name, sync, health, message }
}

/**
 * The last events of an object and of what belongs to it: the events of a Deployment that does not get ready lie with its pods,
 * whose names begin with its own.
 */
export async function eventsOf(
  client: KubernetesClient,
  { kind, namespace, name }: Pick<ApplicationResource, 'kind' | 'namespace' | 'name'>,
): Promise<ObjectEvent[]> {
  const events = await client.list('events', namespace === '' ? {} : { namespace }).catch(() => [])
  return events
    .filter((event) => belongsTo(event, kind, name))
    .map(toEvent)
    .sort((a, b) => Number(a.type === 'Warning') - Number(b.type === 'Warning') || (a.at < b.at ? -1 : 1))
    .slice(-MOST_EVENTS)
}

function belongsTo(event: KubernetesObject, kind: string, name: string): boolean {
  const about = event['involvedObject'] as { kind?: string; name?: string } | undefined
  if (about?.kind === kind && about.name === name) return true
  const hasParts = /^(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob)$/.test(kind)
  return (
    hasParts && /^(?:Pod|ReplicaSet|Job|PersistentVolumeClaim)$/.test(about?.kind ?? '') && about?.name?.startsWith(`${name}-`) === true
  )
}

function toEvent(event: KubernetesObject): ObjectEvent {
  const text = (key: string): string => (typeof event[key] === 'string' ? event[key] : '')
  return {
    type: text('type') || 'Normal',
    reason: text('reason'),
    message: text('message'),
    at: text('lastTimestamp') || text('eventTime') || text('firstTimestamp'),
    count: typeof event['count'] === 'number' ? event['count'] : 1,
  }
}
