import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../../core/kubernetes.js'

/** Whether everything that is wanted of an object is already so. What the server or others add does not count. */
export function isAsWanted(live: KubernetesObject | undefined, wanted: KubernetesObject): boolean {
  return live !== undefined && includes(live, asKept(wanted))
}

/** As the server keeps it: `stringData` of a Secret is taken in as `data`. */
function asKept({ stringData, ...object }: KubernetesObject): KubernetesObject {
  if (typeof stringData !== 'object' || stringData === null) return object
  const data = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')] as const)
  return { ...object, data: Object.fromEntries(data) }
}

function includes(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted) || typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(live, wanted)
  if (typeof live !== 'object' || live === null) return Object.keys(wanted).length === 0
  return Object.entries(wanted).every(([key, value]) => includes((live as Record<string, unknown>)[key], value))
}
