import type { KubernetesClient, KubernetesObject, ObjectPlace } from '../../core/kubernetes.js'
import type { Ports } from '../../core/ports.js'

/** An object of Kubernetes for which a controller made something in AWS. */
export interface CloudObject extends ObjectPlace {
  /** As people call it: `Service web/frontend`. */
  title: string
  /** Who has to let it go before it vanishes. */
  finalizers: string[]
}

interface CloudKind {
  resource: string
  kind: string
  /** Absent: every one of them. */
  belongs?: (object: KubernetesObject) => boolean
}

/**
 * In the order in which they go: load balancers while their controller still runs, then what keeps starting machines, then the machines.
 * Volumes follow when the nodes are gone: a claim that a pod uses would wait for the pod for ever.
 */
const CLOUD_KINDS: readonly CloudKind[] = [
  { resource: 'ingresses.networking.k8s.io', kind: 'Ingress' },
  { resource: 'services', kind: 'Service', belongs: isLoadBalancer },
  { resource: 'targetgroupbindings.elbv2.k8s.aws', kind: 'TargetGroupBinding' },
  { resource: 'nodepools.karpenter.sh', kind: 'NodePool' },
  { resource: 'nodeclaims.karpenter.sh', kind: 'NodeClaim' },
  { resource: 'ec2nodeclasses.karpenter.k8s.aws', kind: 'EC2NodeClass' },
]

function isLoadBalancer({ spec }: KubernetesObject): boolean {
  return typeof spec === 'object' && spec !== null && 'type' in spec && spec.type === 'LoadBalancer'
}

/** What Kubernetes made in AWS, by the objects that ask for it. Kinds that the cluster does not know are not there. */
export async function findCloudObjects(client: KubernetesClient): Promise<CloudObject[]> {
  const lists = await Promise.all(CLOUD_KINDS.map(async (each) => objectsOf(client, each)))
  return lists.flat()
}

async function objectsOf(client: KubernetesClient, { resource, kind, belongs }: CloudKind): Promise<CloudObject[]> {
  const objects = await client.list(resource)
  return objects
    .filter((object) => belongs?.(object) ?? true)
    .map(({ metadata: { name, namespace, finalizers } }) => ({
      resource,
      name,
      ...(namespace !== undefined && { namespace }),
      title: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
      finalizers: Array.isArray(finalizers) ? finalizers.map(String) : [],
    }))
}

const LOOK_AGAIN_MS = 2000

export interface RemovalOptions {
  /** Time for the controllers of one kind to remove what they made. */
  patienceMs: number
  progress: (detail: string) => void
  /** Called for each object that was deleted. */
  removed?: (object: CloudObject) => void
}

/**
 * Deletes what makes things in AWS, kind by kind, and waits for the controllers to clean up behind them. One whose controller is gone would
 * wait for ever: after the time for it, it is left as it is, for AWS is swept afterwards.
 * @returns what was still there at the end
 */
export async function removeCloudObjects(
  ports: Pick<Ports, 'clock' | 'signal'>,
  client: KubernetesClient,
  { patienceMs, progress, removed }: RemovalOptions,
): Promise<CloudObject[]> {
  const stuck: CloudObject[] = []
  for (const each of CLOUD_KINDS) {
    const found = await objectsOf(client, each)
    for (const object of found) {
      const { resource, name, namespace, title } = object
      progress(title)
      await client.delete({ resource, name, ...(namespace !== undefined && { namespace }) }, { wait: false })
      removed?.(object)
    }
    stuck.push(...(found.length === 0 ? [] : await waitUntilGone(ports, client, each, { patienceMs, progress })))
  }
  return stuck
}

async function waitUntilGone(
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  client: KubernetesClient,
  each: CloudKind,
  { patienceMs, progress }: RemovalOptions,
): Promise<CloudObject[]> {
  const end = clock.now().getTime() + patienceMs
  for (;;) {
    const left = await objectsOf(client, each)
    if (left.length === 0 || clock.now().getTime() >= end) return left
    progress(`${left.length} of kind ${each.kind} still there`)
    await clock.sleep(LOOK_AGAIN_MS, signal)
  }
}
