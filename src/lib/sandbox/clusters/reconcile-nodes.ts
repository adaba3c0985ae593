import type { KubeApi } from './kube-api.js'
import { GROUP_LABEL, GROUP_LABELS_ANNOTATION, type FakeNode, type Taint } from './node-shape.js'

/** A node as the API server has it. */
interface LiveNode {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: { taints?: Taint[] }
}

type NodeCalls = Pick<KubeApi, 'list' | 'create' | 'merge' | 'remove'>

/** Makes the nodes of node groups those that are wanted. Nodes of somebody else (without the label of a group) are left alone. */
export async function reconcileNodes(api: NodeCalls, wanted: readonly FakeNode[]): Promise<void> {
  const live = await api.list<LiveNode>(`/api/v1/nodes?labelSelector=${encodeURIComponent(GROUP_LABEL)}`)
  const liveByName = new Map(live.map((node) => [node.metadata.name, node]))
  for (const node of wanted) {
    const present = liveByName.get(node.metadata.name)
    if (!present) await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', ...node })
    else await update(api, present, node)
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name))
  for (const { metadata } of live) if (!names.has(metadata.name)) await removeNode(api, metadata.name)
}

async function update(api: NodeCalls, present: LiveNode, wanted: FakeNode): Promise<void> {
  const labels = changedLabels(present, wanted)
  const taints = taintsFor(present, wanted)
  const same = JSON.stringify(taints) === JSON.stringify(present.spec.taints ?? [])
  if (Object.keys(labels).length === 0 && same) return
  await api.merge(`/api/v1/nodes/${wanted.metadata.name}`, {
    metadata: { labels, annotations: wanted.metadata.annotations },
    ...(!same && { spec: { taints } }),
  })
}

/** Null for a label that the node group has no more. Labels that somebody else put on the node stay. */
function changedLabels(present: LiveNode, wanted: FakeNode): Record<string, string | null> {
  const had = (present.metadata.annotations?.[GROUP_LABELS_ANNOTATION] ?? '').split(',').filter(Boolean)
  const gone = had.filter((key) => !(key in wanted.metadata.labels)).map((key) => [key, null] as const)
  const changed = Object.entries(wanted.metadata.labels).filter(([key, value]) => present.metadata.labels?.[key] !== value)
  return Object.fromEntries<string | null>([...gone, ...changed])
}

/** Those of the node group, and those that Kubernetes itself puts there. */
function taintsFor(present: LiveNode, wanted: FakeNode): Taint[] {
  const own = (present.spec.taints ?? []).filter(({ key }) => key.startsWith('node.kubernetes.io/'))
  return [...(wanted.spec.taints ?? []), ...own]
}

/** As EKS does: the pods first, so that they are made anew elsewhere at once. */
async function removeNode(api: NodeCalls, name: string): Promise<void> {
  await api.merge(`/api/v1/nodes/${name}`, { spec: { unschedulable: true } })
  const selector = encodeURIComponent(`spec.nodeName=${name}`)
  const pods = await api.list<{ metadata: { name: string; namespace: string } }>(`/api/v1/pods?fieldSelector=${selector}`)
  for (const { metadata } of pods) await api.remove(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`)
  await api.remove(`/api/v1/nodes/${name}`)
}
