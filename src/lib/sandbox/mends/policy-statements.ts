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

/** ArnEquals takes patterns too (IAM User Guide, "Amazon Resource Name (ARN) condition operators"). */
const OPERATORS = new Map<string, (fact: string, wanted: string) => boolean>([
  ['StringEquals', (fact, wanted) => fact === wanted],
  ['StringLike', isLike],
  ['ArnEquals', isLike],
  ['ArnLike', isLike],
])

/**
 * Whether the condition of a statement is met. One that is not known here is not.
 * @param facts what is known of a call, by key in lower case.
 */
export function isMet(condition: Json, facts: ReadonlyMap<string, string>): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys as Json).every(([key, wanted]) => {
      const fact = facts.get(key.toLowerCase())
      return fact !== undefined && many(wanted).some((each) => OPERATORS.get(operator)?.(fact, String(each)) ?? false)
    }),
  )
}

function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}
