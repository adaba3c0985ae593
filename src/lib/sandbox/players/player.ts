import type { KubeApi } from '../clusters/kube-api.js'

export type PlayerApi = Pick<KubeApi, 'list' | 'get' | 'create' | 'merge' | 'remove'>

/** An object of Kubernetes, as far as all have it. */
export interface LiveObject {
  metadata: {
    name: string
    namespace?: string
    uid?: string
    generation?: number
    annotations?: Record<string, string>
    deletionTimestamp?: string
  }
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
}

/** Where something is played. */
export interface Stage {
  api: PlayerApi
  region: string
  now: () => Date
}

/** Writes what a controller would write that has no process here: its pods run nothing. */
export type Player = (stage: Stage) => Promise<void>

/** The path of an object of a kind. */
export function pathOf(group: string, resource: string, { name, namespace }: LiveObject['metadata']): string {
  return namespace === undefined ? `${group}/${resource}/${name}` : `${group}/namespaces/${namespace}/${resource}/${name}`
}
