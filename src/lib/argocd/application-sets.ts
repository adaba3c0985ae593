import type { KubernetesClient, KubernetesObject } from '../core/kubernetes.js'
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
