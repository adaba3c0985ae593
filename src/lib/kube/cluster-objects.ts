import type { KubernetesObject } from '../core/kubernetes.js'
import { at, textAt } from '../core/plain-data.js'
import { type ApiAnswer, type ApiServer, getFromApi, listFromApi } from './api-server.js'

export interface KubernetesNode {
  name: string
  ready: boolean
  /** The managed node group that it belongs to. */
  nodeGroup: string | null
  version: string
  /** New pods are kept away from it. */
  cordoned: boolean
}

/** The part of an answer that could not be had, in words. */
export interface NotGiven {
  reason: string
}

interface Reading {
  timeoutMs: number
  signal: AbortSignal
}

/** The version that an API server answers with. */
export async function readServerVersion(server: ApiServer, options: Reading): Promise<{ version: string } | NotGiven> {
  const answer = await getFromApi(server, '/version', options)
  const version = 'body' in answer && answer.status === 200 ? textAt(answer.body, 'gitVersion') : ''
  return version === '' ? { reason: whyNot(answer) } : { version }
}

export async function readNodes(server: ApiServer, options: Reading): Promise<KubernetesNode[] | NotGiven> {
  const answer = await listFromApi(server, '/api/v1/nodes', options)
  return 'items' in answer ? answer.items.map(toNode) : { reason: whyNot(answer) }
}

/** The Applications of Argo CD as they are, from the namespace that it watches. */
export async function readApplicationObjects(server: ApiServer, options: Reading): Promise<KubernetesObject[] | NotGiven> {
  const answer = await listFromApi(server, '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications', options)
  if ('items' in answer) return answer.items.filter(isObject)
  return 'status' in answer && answer.status === 404 ? { reason: 'Argo CD is not installed' } : { reason: whyNot(answer) }
}

/** Why an answer is not what was asked for. */
export function whyNot(answer: ApiAnswer): string {
  if ('unreachable' in answer) return answer.unreachable
  if (answer.status === 401) return 'it does not know this identity (401): there is no access entry for it'
  if (answer.status === 403) return 'this identity has no permission for it (403)'
  return `it answered ${answer.status}`
}

function toNode(item: unknown): KubernetesNode {
  const conditions = at(item, 'status', 'conditions')
  const ready =
    Array.isArray(conditions) && conditions.some((each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True')
  return {
    name: textAt(item, 'metadata', 'name'),
    ready,
    nodeGroup: textAt(item, 'metadata', 'labels', 'eks.amazonaws.com/nodegroup') || null,
    version: textAt(item, 'status', 'nodeInfo', 'kubeletVersion'),
    cordoned: at(item, 'spec', 'unschedulable') === true,
  }
}

function isObject(item: unknown): item is KubernetesObject {
  return textAt(item, 'metadata', 'name') !== ''
}
