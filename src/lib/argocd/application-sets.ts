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
    const conditions = conditionsOf(set)
    const failed = conditions.find(({ type, status }) => type === 'ErrorOccurred' && status === 'True')
    if (failed) return [`ApplicationSet ${set.metadata.name}: ${failed.message ?? 'it failed'}`]
    const isDone = conditions.some(({ type, status }) => type === 'ResourcesUpToDate' && status === 'True')
    return isDone ? [] : [`ApplicationSet ${set.metadata.name} is at work`]
  })
}

function conditionsOf(set: KubernetesObject): Condition[] {
  const found = (set['status'] as { conditions?: Condition[] } | undefined)?.conditions
  return Array.isArray(found) ? found : []
}

const REFRESH = 'argocd.argoproj.io/application-set-refresh'
const LOOK_AGAIN_MS = 500

/**
 * Has an ApplicationSet look at Git now instead of in some minutes, and waits until it has: it takes the wish away then.
 * @returns false when it has not within the time, or is not there
 */
export async function refreshApplicationSet(
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  client: KubernetesClient,
  name: string,
  timeoutMs: number,
): Promise<boolean> {
  const place = { resource: APPLICATION_SETS, name, namespace: ARGOCD_NAMESPACE }
  if (!(await client.get(place))) return false
  await client.patch(place, { metadata: { annotations: { [REFRESH]: 'true' } } })
  for (let waited = 0; waited < timeoutMs; waited += LOOK_AGAIN_MS) {
    await clock.sleep(LOOK_AGAIN_MS, signal)
    if ((await client.get(place))?.metadata.annotations?.[REFRESH] === undefined) return true
  }
  return false
}
