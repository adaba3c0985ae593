import { APPLICATIONS, ARGOCD_NAMESPACE } from '../argocd/application.js'
import { noApplication } from '../argocd/argocd.js'
import type { KubernetesClient } from '../core/kubernetes.js'

/** `paused`: it would sync by itself, and somebody has stopped that. */
export type SyncPolicy = 'automatic' | 'manual' | 'paused'

const PAUSED_BY = 'platform.dev/paused-by'
const PAUSED_BECAUSE = 'platform.dev/paused-because'

export interface PolicyState {
  policy: SyncPolicy
  /** Folder that it follows. */
  path: string
  pausedBy: string | null
  pausedBecause: string | null
}

interface Spec {
  source?: { path?: string }
  syncPolicy?: { automated?: { enabled?: boolean } | null }
}

function placeOf(name: string) {
  return { resource: APPLICATIONS, name, namespace: ARGOCD_NAMESPACE }
}

/** How an application syncs. Undefined: there is none. */
export async function readPolicy(client: KubernetesClient, name: string): Promise<PolicyState | undefined> {
  const object = await client.get(placeOf(name))
  if (!object) return undefined
  const { source, syncPolicy } = (object['spec'] ?? {}) as Spec
  const automated = syncPolicy?.automated
  const policy = automated ? (automated.enabled === false ? 'paused' : 'automatic') : 'manual'
  const { [PAUSED_BY]: pausedBy = null, [PAUSED_BECAUSE]: pausedBecause = null } = object.metadata.annotations ?? {}
  return { policy, path: source?.path ?? '', pausedBy, pausedBecause }
}

/**
 * Stops an application from syncing by itself, or lets it again. The ApplicationSet leaves this field alone, so nothing takes it back.
 * @returns false when it was so already; a manual one has nothing to stop
 */
export async function setPaused(
  client: KubernetesClient,
  name: string,
  paused: { by: string; because: string | undefined } | undefined,
): Promise<{ changed: boolean; before: SyncPolicy }> {
  const state = await readPolicy(client, name)
  if (!state) throw noApplication(name)
  const before = state.policy
  if (before === 'manual' || (before === 'paused') === (paused !== undefined)) return { changed: false, before }
  await client.patch(placeOf(name), {
    metadata: { annotations: { [PAUSED_BY]: paused?.by ?? null, [PAUSED_BECAUSE]: paused?.because ?? null } },
    spec: { syncPolicy: { automated: { enabled: paused ? false : null } } },
  })
  return { changed: true, before }
}
