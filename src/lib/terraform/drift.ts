import { isDeepStrictEqual } from 'node:util'
import { isFields } from '../core/plain-data.js'
import { REDACTED, redactValue } from '../core/redaction.js'
import type { ConfigurationModule, PlanJson, ResourceDrift } from './plan.js'

/** One attribute that is not as the state says. Secrets are hidden. */
export interface AttributeChange {
  /** Path such as `tags.team`. */
  attribute: string
  /** As Terraform left it. null: it was not set. */
  before: unknown
  after: unknown
}

/** A resource that was changed or deleted outside of Terraform. */
export interface DriftedResource {
  address: string
  kind: 'changed' | 'deleted'
  /** Paths of `changes`, each once. Empty when it was deleted. */
  attributes: string[]
  changes: AttributeChange[]
}

/** With what the state knows of it, which may be secret and is never told. */
export interface FoundDrift {
  resource: DriftedResource
  type: string
  values: Value
}

type Value = Record<string, unknown>

/** A place at which two values differ. A mark is `true` where everything below is sensitive, or names what is. */
interface Difference {
  path: string
  before: unknown
  after: unknown
  marks: readonly unknown[]
}

/** Not written in any resource, but made from the provider's `default_tags`, which are ours. */
const ALWAYS_OURS = 'tags_all'

/**
 * What is not as the state says, in attributes that the configuration decides, or that Terraform would put right.
 * The rest of `resource_drift` is what a resource tells of its neighbours: a route table lists the routes that were made after it.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format
 * @param plan an ordinary plan. (The exit code of a refresh-only one is 2 also without drift.)
 */
export function driftOf(plan: PlanJson): FoundDrift[] {
  const planned = new Map((plan.resource_changes ?? []).map(({ address, change }) => [address, change]))
  return (plan.resource_drift ?? [])
    .filter(({ mode }) => mode === 'managed')
    .flatMap((resource): FoundDrift[] => {
      const { address, type, change } = resource
      const values = isFields(change.before) ? change.before : {}
      if (change.actions.includes('delete')) return [{ resource: { address, kind: 'deleted', attributes: [], changes: [] }, type, values }]
      const written = expressionsOf(resource, plan.configuration?.root_module)
      const next = planned.get(address)
      const undone = next ? new Set(differences(next.before, next.after, []).map(({ path }) => topOf(path))) : new Set<string>()
      const marks = [change.before_sensitive, change.after_sensitive]
      const ours: Value = { ...written, [ALWAYS_OURS]: {} }
      const changes = withoutEchoes([
        ...differences(change.before, change.after, marks, ours),
        ...differences(change.before, change.after, marks).filter(({ path }) => undone.has(topOf(path)) && !(topOf(path) in ours)),
      ]).map(shown)
      if (changes.length === 0) return []
      changes.sort((a, b) => (a.attribute < b.attribute ? -1 : a.attribute > b.attribute ? 1 : 0))
      const attributes = [...new Set(changes.map(({ attribute }) => attribute))]
      return [{ resource: { address, kind: 'changed', attributes, changes }, type, values }]
    })
    .sort((a, b) => a.resource.address.localeCompare(b.resource.address))
}

/** A tag of the resource itself is told once, although it is also among all of its tags. */
function withoutEchoes(found: readonly Difference[]): Difference[] {
  const paths = new Set(found.map(({ path }) => path))
  return found.filter(({ path }) => !path.startsWith(`${ALWAYS_OURS}.`) || !paths.has(path.replace(ALWAYS_OURS, 'tags')))
}

/** What the configuration writes in a resource: attributes, and blocks as lists of the same. */
function expressionsOf({ module_address = '', type, name }: ResourceDrift, root: ConfigurationModule | undefined): Value {
  const path = [...module_address.matchAll(/module\.([^.[]+)(?:\[[^\]]*\])?/g)].map((match) => match[1] ?? '')
  const module = path.reduce<ConfigurationModule | undefined>((current, call) => current?.module_calls?.[call]?.module, root)
  return module?.resources?.find((resource) => resource.type === type && resource.name === name)?.expressions ?? {}
}

/** Where two values differ; with `only`, below these names alone. */
function differences(before: unknown, after: unknown, marks: readonly unknown[], only?: Value, path = ''): Difference[] {
  if (isDeepStrictEqual(before, after) || (isNothing(before) && isNothing(after))) return []
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && before.every(isFields)) {
    return before.flatMap((item, index) =>
      differences(item, (after as unknown[])[index], below(marks, index), only?.[index] as Value | undefined, path),
    )
  }
  if (!isFields(before) || !isFields(after)) return [{ path, before, after, marks }]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => only === undefined || name in only)
  return names.flatMap((name) =>
    differences(before[name], after[name], below(marks, name), blocksOf(only?.[name]), path === '' ? name : `${path}.${name}`),
  )
}

/** The marks of what lies below a name. */
function below(marks: readonly unknown[], name: string | number): unknown[] {
  return marks.map((mark) => (typeof mark === 'object' && mark !== null ? (mark as Record<string | number, unknown>)[name] : mark))
}

/** What Terraform marks as sensitive is hidden, and so is what is called, or looks, like a secret. */
function shown({ path, before, after, marks }: Difference): AttributeChange {
  const name = path.split('.').at(-1) ?? ''
  const hide = (value: unknown): unknown => {
    if (value === undefined || value === null) return null
    return marks.some(isMarked) ? REDACTED : (redactValue({ [name]: value }) as Value)[name]
  }
  return { attribute: path, before: hide(before), after: hide(after) }
}

/** Whether anything in it is sensitive. */
function isMarked(mark: unknown): boolean {
  if (typeof mark === 'object' && mark !== null) return Object.values(mark).some(isMarked)
  return mark === true
}

/** The blocks behind a name in the configuration. Undefined for an attribute, which is compared whole. */
function blocksOf(expression: unknown): Value | undefined {
  if (Array.isArray(expression)) return Object.fromEntries(expression.entries())
  return undefined
}

function topOf(path: string): string {
  return path.split('.')[0] ?? ''
}

/** The provider tells the same nothing in several ways. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
