import { fieldsAt, isFields } from '../core/plain-data.js'
import { REDACTED } from '../core/redaction.js'
import { dataBearingTypes, type PlanJson } from '../terraform/plan.js'

/** What rules get to see: the plan as Terraform prints it, without what is secret in it, and what platform knows besides. */
export interface PolicyInput {
  resource_changes: unknown[]
  variables: Record<string, { value?: unknown }>
  configuration: { root_module?: unknown }
  platform: {
    /** Name of the environment; null for a root that has none. */
    environment: string | null
    /** Types whose destruction loses data. */
    dataTypes: readonly string[]
  }
}

type Json = Record<string, unknown>

/**
 * Values that Terraform knows to be sensitive are hidden before any rule can put them into a message, also where a provider
 * repeats them without the mark (`tags_all` repeats `tags`).
 */
export function policyInput(plan: PlanJson): PolicyInput {
  const { root_module: root } = fieldsAt(fieldsAt(plan)['configuration'])
  const declared = fieldsAt(fieldsAt(root)['variables'])
  const isSecret = (name: string): boolean => fieldsAt(declared[name])['sensitive'] === true
  const variables = Object.entries(plan.variables ?? {})
  const secrets = new Set(variables.flatMap(([name, { value }]) => (isSecret(name) ? textsIn(value) : [])))
  for (const { change } of plan.resource_changes ?? []) for (const secret of secretsOf(fieldsAt(change))) secrets.add(secret)
  const clean = <T>(value: T): T => withoutSecrets(value, secrets) as T
  return {
    resource_changes: (plan.resource_changes ?? []).map((resource) =>
      clean({ ...resource, change: visibleChange(fieldsAt(resource.change)) }),
    ),
    variables: clean(Object.fromEntries(variables.filter(([name]) => !isSecret(name)))),
    configuration: { root_module: withoutLiterals(root) },
    platform: { environment: environmentOfPlan(plan) ?? null, dataTypes: dataBearingTypes },
  }
}

/** The name that every root module of platform is given. */
export function environmentOfPlan(plan: PlanJson): string | undefined {
  const value = plan.variables?.['environment']?.value
  return typeof value === 'string' ? value : undefined
}

function visibleChange(change: Json): Json {
  const { before, after, before_sensitive: beforeMask, after_sensitive: afterMask } = change
  return { ...change, before: hide(before, beforeMask), after: hide(after, afterMask) }
}

function secretsOf(change: Json): string[] {
  return [...maskedTexts(change['before'], change['before_sensitive']), ...maskedTexts(change['after'], change['after_sensitive'])]
}

function maskedTexts(value: unknown, mask: unknown): string[] {
  if (mask === true) return textsIn(value)
  if (Array.isArray(value)) return value.flatMap((item, index) => maskedTexts(item, Array.isArray(mask) ? mask[index] : undefined))
  return isFields(value) && isFields(mask) ? Object.entries(value).flatMap(([key, child]) => maskedTexts(child, mask[key])) : []
}

/** Short texts are no secrets worth the name, and hiding each "true" would change what a plan says. */
const SHORTEST_SECRET = 6

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < SHORTEST_SECRET ? [] : [value]
  return isFields(value) || Array.isArray(value) ? Object.values(value).flatMap(textsIn) : []
}

function withoutSecrets(value: unknown, secrets: ReadonlySet<string>): unknown {
  if (secrets.size === 0) return value
  if (typeof value === 'string') return [...secrets].reduce((text, secret) => text.replaceAll(secret, REDACTED), value)
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets))
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutSecrets(child, secrets)]))
}

function hide(value: unknown, mask: unknown): unknown {
  if (mask === true) return value === null || value === undefined ? value : REDACTED
  if (Array.isArray(value)) return value.map((item, index) => hide(item, Array.isArray(mask) ? mask[index] : undefined))
  if (!isFields(value) || !isFields(mask)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, hide(child, mask[key])]))
}

/** The files without the values that are written in them: rules need them only to see what belongs together. */
function withoutLiterals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLiterals)
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'constant_value' && key !== 'default')
      .map(([key, child]) => [key, withoutLiterals(child)]),
  )
}
