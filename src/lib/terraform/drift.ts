import { isDeepStrictEqual } from 'node:util'
import { isFields } from '../core/plain-data.js'
import type { ConfigurationModule, PlanJson, ResourceDrift } from './plan.js'

/** A resource that was changed or deleted outside of Terraform. Only names of attributes: their values may be secrets. */
export interface DriftedResource {
  address: string
  kind: 'changed' | 'deleted'
  /** Paths such as `tags.team`. Empty when it was deleted. */
  attributes: string[]
}

type Value = Record<string, unknown>

/** Not written in any resource, but made from the provider's `default_tags`, which are ours. */
const ALWAYS_OURS = 'tags_all'

/**
 * What is not as the state says, in attributes that the configuration decides, or that Terraform would put right.
 * The rest of `resource_drift` is what a resource tells of its neighbours: a route table lists the routes that were made after it.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format
 * @param plan an ordinary plan. (The exit code of a refresh-only one is 2 also without drift.)
 */
export function driftOf(plan: PlanJson): DriftedResource[] {
  const planned = new Map((plan.resource_changes ?? []).map(({ address, change }) => [address, change]))
  return (plan.resource_drift ?? [])
    .filter(({ mode }) => mode === 'managed')
    .flatMap((resource): DriftedResource[] => {
      const { address, change } = resource
      if (change.actions.includes('delete')) return [{ address, kind: 'deleted', attributes: [] }]
      const written = expressionsOf(resource, plan.configuration?.root_module)
      const next = planned.get(address)
      const undone = next ? new Set(differences(next.before, next.after).map(topOf)) : new Set<string>()
      const attributes = [
        ...differences(change.before, change.after, { ...written, [ALWAYS_OURS]: {} }),
        ...differences(change.before, change.after).filter((path) => undone.has(topOf(path)) && !(topOf(path) in written)),
      ]
      return attributes.length === 0 ? [] : [{ address, kind: 'changed', attributes: [...new Set(attributes)].sort() }]
    })
    .sort((a, b) => a.address.localeCompare(b.address))
}

/** What the configuration writes in a resource: attributes, and blocks as lists of the same. */
function expressionsOf({ module_address = '', type, name }: ResourceDrift, root: ConfigurationModule | undefined): Value {
  const path = [...module_address.matchAll(/module\.([^.[]+)(?:\[[^\]]*\])?/g)].map((match) => match[1] ?? '')
  const module = path.reduce<ConfigurationModule | undefined>((current, call) => current?.module_calls?.[call]?.module, root)
  return module?.resources?.find((resource) => resource.type === type && resource.name === name)?.expressions ?? {}
}

/** Paths at which two values differ; with `only`, below these names alone. */
function differences(before: unknown, after: unknown, only?: Value, path = ''): string[] {
  if (isDeepStrictEqual(before, after) || (isNothing(before) && isNothing(after))) return []
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && before.every(isFields)) {
    return before.flatMap((item, index) => differences(item, (after as unknown[])[index], only?.[index] as Value | undefined, path))
  }
  if (!isFields(before) || !isFields(after)) return [path]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => only === undefined || name in only)
  return names.flatMap((name) => differences(before[name], after[name], blocksOf(only?.[name]), path === '' ? name : `${path}.${name}`))
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
