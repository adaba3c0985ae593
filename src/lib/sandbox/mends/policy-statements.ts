import { jsonBody } from '../gateway/answer.js'

type Json = Record<string, unknown>

/** The service of AWS that gives pods their roles. */
export const PODS = 'pods.eks.amazonaws.com'

/** The statements of a policy: a list, or one without a list. None where the policy is none. */
export function statementsOf(policy: string): Json[] {
  return many(jsonBody(Buffer.from(policy))?.['Statement']) as Json[]
}

/**
 * A policy with changed statements. Undefined where none changes, also because the policy is none.
 * @param change returns what it was given where nothing is to change.
 */
export function withStatements(policy: string, change: (statement: Json) => Json): string | undefined {
  const statements = statementsOf(policy)
  const changed = statements.map(change)
  if (changed.every((each, index) => each === statements[index])) return undefined
  const parsed = jsonBody(Buffer.from(policy))
  return JSON.stringify({ ...parsed, Statement: Array.isArray(parsed?.['Statement']) ? changed : changed[0] })
}

/** What a policy may say once or in a list. */
export function many(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value]
}
