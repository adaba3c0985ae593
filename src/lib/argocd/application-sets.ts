import type { KubernetesClient, KubernetesObject } from '../core/kubernetes.js'
import type { Ports } from '../core/ports.js'
import { ARGOCD_NAMESPACE } from './application.js'

const APPLICATION_SETS = 'applicationsets.argoproj.io'

interface Condition {
  type?: string
  status?: string
  message?: string
}

/** Which ApplicationSets have not made their applications yet, and why. */
export async function unsettledSets(client: KubernetesClient): Promise<string[]> {
  const sets = await client.list(APPLICATION_SETS, { namespace: ARGOCD_NAMESPACE })
  return sets.flatMap((set) => {
    const failure = failureOf(set)
    if (failure !== undefined) return [`ApplicationSet ${set.metadata.name}: ${failure}`]
    const isDone = conditionsOf(set).some(({ type, status }) => type === 'ResourcesUpToDate' && status === 'True')
    return isDone ? [] : [`ApplicationSet ${set.metadata.name} is at work`]
  })
}

/** Why an ApplicationSet makes no applications. Undefined: it says nothing of it. */
function failureOf(set: KubernetesObject): string | undefined {
  const failed = conditionsOf(set).find(({ type, status }) => type === 'ErrorOccurred' && status === 'True')
  return failed && (failed.message ?? 'it failed')
}

/** What an ApplicationSet says of itself, or undefined where there is none. */
export async function readApplicationSet(client: KubernetesClient, name: string): Promise<{ failure: string | undefined } | undefined> {
  const set = await client.get(placeOf(name))
  return set && { failure: failureOf(set) }
}

function conditionsOf(set: KubernetesObject): Condition[] {
  const found = (set['status'] as { conditions?: Condition[] } | undefined)?.conditions
  return Array.isArray(found) ? found : []
}

const REFRESH = 'argocd.argoproj.io/application-set-refresh'
const LOOK_AGAIN_MS = 500

/** Has an ApplicationSet look at Git now instead of in some minutes. @returns false when it is not there */
export async function askForRefresh(client: KubernetesClient, name: string): Promise<boolean> {
  if (!(await client.get(placeOf(name)))) return false
  await client.patch(placeOf(name), { metadata: { annotations: { [REFRESH]: 'true' } } })
  return true
}

/**
 * As `askForRefresh`, and waits until it has: it takes the wish away then.
 * @returns false when it has not within the time, or is not there
 */
export async function refreshApplicationSet(
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  client: KubernetesClient,
  name: string,
  timeoutMs: number,
): Promise<boolean> {
  if (!(await askForRefresh(client, name))) return false
  for (let waited = 0; waited < timeoutMs; waited += LOOK_AGAIN_MS) {
    await clock.sleep(LOOK_AGAIN_MS, signal)
    if ((await client.get(placeOf(name)))?.metadata.annotations?.[REFRESH] === undefined) return true
  }
  return false
}

function placeOf(name: string) {
  return { resource: APPLICATION_SETS, name, namespace: ARGOCD_NAMESPACE }
}
