import { UserError } from '../core/errors.js'
import type { KubernetesClient, KubernetesObject, ListOptions } from '../core/kubernetes.js'
import type { Ports } from '../core/ports.js'
import { type Application, APPLICATIONS, ARGOCD_NAMESPACE, isRunning, toApplication } from './application.js'

export type ArgoCdPorts = Pick<Ports, 'clock' | 'signal'>

const REFRESH = 'argocd.argoproj.io/refresh'
const LOOK_AGAIN_MS = 1000

/** All Applications, sorted by name. Empty where Argo CD is not installed. */
export async function listApplications(client: KubernetesClient, options: ListOptions = {}): Promise<Application[]> {
  const objects = await client.list(APPLICATIONS, { namespace: ARGOCD_NAMESPACE, ...options })
  return objects.map(toApplication).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** @returns undefined when there is none */
export async function readApplication(client: KubernetesClient, name: string): Promise<Application | undefined> {
  const object = await readObject(client, name)
  return object && toApplication(object)
}

/**
 * Has Argo CD look at Git and the cluster now instead of in some minutes.
 * @param options.hard also forgets rendered manifests
 */
export async function refreshApplication(client: KubernetesClient, name: string, { hard = false } = {}): Promise<void> {
  await client.patch(placeOf(name), { metadata: { annotations: { [REFRESH]: hard ? 'hard' : 'normal' } } })
}

export interface SyncOptions {
  /** Commit. Absent: what the application follows. */
  revision?: string
  prune?: boolean
  /** Only these. */
  resources?: ReadonlyArray<{ group: string; kind: string; name: string; namespace?: string }>
  /** Who asked for it, for the history. */
  username?: string
  dryRun?: boolean
}

/**
 * Starts a sync, as `argocd app sync` does: with the options of the application, after the operation that runs.
 * @throws `ArgoCdNotReady` when there is no such application
 */
export async function syncApplication(
  ports: ArgoCdPorts,
  client: KubernetesClient,
  name: string,
  options: SyncOptions = {},
): Promise<void> {
  const { revision, prune = false, resources, username = 'platform', dryRun = false } = options
  const object = await idleObject(ports, client, name)
  const { syncOptions, retry } = policyOf(object)
  await client.patch(placeOf(name), {
    operation: {
      initiatedBy: { username },
      ...(retry !== undefined && { retry }),
      sync: {
        syncStrategy: { hook: {} },
        ...(revision !== undefined && { revision }),
        ...(prune && { prune }),
        ...(dryRun && { dryRun }),
        ...(syncOptions !== undefined && { syncOptions }),
        ...(resources && { resources }),
      },
    },
  })
}

/** The object, once nothing is under way on it. */
async function idleObject({ clock, signal }: ArgoCdPorts, client: KubernetesClient, name: string): Promise<KubernetesObject> {
  for (;;) {
    const object = await readObject(client, name)
    if (!object) throw noApplication(name)
    const { operation, requested } = toApplication(object)
    if (!requested && !isRunning(operation)) return object
    await clock.sleep(LOOK_AGAIN_MS, signal)
  }
}

export function noApplication(name: string): UserError {
  return new UserError('ArgoCdNotReady', `Argo CD has no application ${name}.`, {
    next: ['See which it has: platform cluster status NAME'],
    details: { application: name },
  })
}

function policyOf(object: KubernetesObject): { syncOptions?: unknown; retry?: unknown } {
  const spec = object['spec'] as { syncPolicy?: { syncOptions?: unknown; retry?: unknown } } | undefined
  return spec?.syncPolicy ?? {}
}

async function readObject(client: KubernetesClient, name: string): Promise<KubernetesObject | undefined> {
  return client.get(placeOf(name))
}

function placeOf(name: string) {
  return { resource: APPLICATIONS, name, namespace: ARGOCD_NAMESPACE }
}
