import { listAt } from '../core/plain-data.js'
import { parseObject } from './state-document.js'

/** What a state says exists: whether it is this. */
export type Owns = (arn: string) => boolean

/** Attributes in which types of the provider keep their id and ARN. */
const OWN = /^(?:id|arn|access_entry_arn|association_arn)$/

/** Attributes that name something which AWS makes along with a resource. */
const MADE_ALONG = /^(?:default_\w+_id|main_route_table_id|cluster_security_group_id|secret_arn)$/

/** Tells of ARNs whether they belong to one of these states, each the text of a Terraform state. */
export function ownedBy(states: readonly string[]): Owns {
  const known = new Set<string>()
  for (const values of states.flatMap(instancesIn)) remember(values, known)
  return (arn) => known.has(plain(arn)) || known.has(plain(arn).split(/[/:]/).at(-1) ?? '')
}

function remember(value: unknown, known: Set<string>, depth = 0): void {
  if (Array.isArray(value)) {
    for (const item of value) remember(item, known, depth + 1)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'object') remember(inner, known, depth + 1)
    else if (typeof inner === 'string' && ((depth === 0 && OWN.test(name)) || MADE_ALONG.test(name))) known.add(plain(inner))
  }
}

/** Attributes of every managed resource. */
function instancesIn(text: string): unknown[] {
  return listAt(parseObject(text), 'resources')
    .filter((resource) => resource['mode'] === 'managed')
    .flatMap((resource) => listAt(resource, 'instances').map(({ attributes }) => attributes))
}

/** Log groups are named with and without the final `:*`. */
function plain(arn: string): string {
  return arn.replace(/:\*$/, '')
}
