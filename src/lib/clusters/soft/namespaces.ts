import { UserError } from '../../core/errors.js'
import type { KubernetesClient, KubernetesObject } from '../../core/kubernetes.js'
import type { Ports } from '../../core/ports.js'
import type { StepResult } from '../../core/steps.js'
import type { SoftEnvironment } from './context.js'
import { objectsOf, OWNER_LABEL } from './objects.js'

/** The namespaces that carry the label of the environment. */
export async function ownedNamespaces(kubectl: Pick<KubernetesClient, 'list'>, { name }: Pick<SoftEnvironment, 'name'>): Promise<string[]> {
  const found = await kubectl.list('namespaces', { selector: `${OWNER_LABEL}=${name}` })
  return found.map(({ metadata }) => metadata.name)
}

/** A namespace that exists and is not ours is somebody's work. @throws `NamespaceTaken` */
export async function refuseTaken(kubectl: Pick<KubernetesClient, 'get'>, environment: SoftEnvironment): Promise<StepResult> {
  let existing = 0
  for (const namespace of environment.soft.namespaces) {
    const found = await kubectl.get({ resource: 'namespaces', name: namespace })
    if (!found) continue
    const owner = found.metadata.labels?.[OWNER_LABEL]
    if (owner !== environment.name) {
      throw new UserError('NamespaceTaken', `The namespace ${namespace} exists on ${environment.host} and is not of ${environment.name}.`, {
        reason: owner === undefined ? `It has no label ${OWNER_LABEL}.` : `It belongs to ${owner}.`,
        next: [
          `Choose another name in environments/${environment.name}.yaml: namespaces`,
          `Or, when it may be taken over: kubectl label namespace ${namespace} ${OWNER_LABEL}=${environment.name} --overwrite`,
        ],
        details: { namespace, owner: owner ?? null },
      })
    }
    existing += 1
  }
  return { outcome: 'checked', detail: `${existing} of ${environment.soft.namespaces.length} are there` }
}

type Kubectl = KubernetesClient & {
  run(args: readonly string[], options?: { input?: string }): Promise<{ exitCode: number; stdout: string }>
}

/** Brings the objects of the environment to what its file says. */
export async function applyObjects(kubectl: Kubectl, environment: SoftEnvironment): Promise<StepResult> {
  const objects = objectsOf(environment)
  const before = await versionsOf(kubectl, objects)
  // What somebody changed by hand goes back to the file.
  await kubectl.apply(objects, { force: true })
  const after = await versionsOf(kubectl, objects)
  const changed = [...after].filter(([object, version]) => before.get(object) !== version).length
  return changed === 0
    ? { outcome: 'unchanged', detail: `${objects.length} objects` }
    : { outcome: 'done', detail: `${changed} of ${objects.length} objects` }
}

/** The resource version of each object that exists. */
async function versionsOf(kubectl: Kubectl, objects: readonly KubernetesObject[]): Promise<Map<string, string>> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const { stdout } = await kubectl.run(['get', '--filename=-', '--ignore-not-found', '--output=json'], { input })
  const found = stdout.trim() === '' ? [] : ((JSON.parse(stdout) as { items?: KubernetesObject[] }).items ?? [])
  return new Map(
    found.map(({ kind, metadata, spec, subjects }) => [
      `${kind}/${metadata.namespace ?? ''}/${metadata.name}`,
      // The status of quotas changes by itself.
      JSON.stringify([metadata.labels, spec, subjects]),
    ]),
  )
}

const POLL_MS = 1000
const PATIENCE_MS = 120_000

/** Deletes namespaces and waits until they are gone. @throws `NamespaceStuck` with what keeps them */
export async function deleteNamespaces(
  ports: Pick<Ports, 'clock' | 'signal'>,
  kubectl: KubernetesClient,
  names: readonly string[],
  progress: (detail: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<StepResult> {
  for (const name of names) await kubectl.delete({ resource: 'namespaces', name }, { wait: false })
  const end = ports.clock.now().getTime() + patienceMs
  let left = await existing(kubectl, names)
  while (left.length > 0) {
    if (ports.clock.now().getTime() >= end) throw stuck(left)
    progress(`${left.map(({ metadata }) => metadata.name).join(', ')} still there`)
    await ports.clock.sleep(POLL_MS, ports.signal)
    left = await existing(kubectl, names)
  }
  return names.length === 0 ? { outcome: 'unchanged', detail: 'none' } : { outcome: 'done', detail: names.join(', ') }
}

async function existing(kubectl: Pick<KubernetesClient, 'get'>, names: readonly string[]): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const name of names) {
    const namespace = await kubectl.get({ resource: 'namespaces', name })
    if (namespace) found.push(namespace)
  }
  return found
}

/** A namespace tells in its conditions which objects and finalizers it waits for. */
function stuck(namespaces: readonly KubernetesObject[]): UserError {
  const reasons = namespaces.flatMap(({ metadata, status }) => {
    const conditions = (status as { conditions?: Array<{ status: string; message?: string }> } | undefined)?.conditions ?? []
    const messages = conditions.filter((each) => each.status === 'True').map(({ message }) => message ?? '')
    return messages.length > 0 ? messages.map((message) => `${metadata.name}: ${message}`) : [`${metadata.name}: it gives no reason`]
  })
  return new UserError('NamespaceStuck', 'A namespace is being deleted, but something in it stays.', {
    reason: reasons.join('\n'),
    next: [
      'Remove what holds the finalizers, or bring back the controller that answers them. Then run the same command again.',
      ...namespaces.map(({ metadata }) => `kubectl describe namespace ${metadata.name}`),
    ],
    details: { namespaces: namespaces.map(({ metadata }) => metadata.name) },
  })
}
