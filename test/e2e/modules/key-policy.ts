export interface Statement {
  Effect?: string
  Principal: Record<string, string | string[]>
  Action: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** What a caller brings along: condition keys and their values. */
export type Context = Readonly<Record<string, string>>

/** The statements of a key policy. */
export function statementsOf(policy: string | undefined): Statement[] {
  return (JSON.parse(policy ?? '{}') as { Statement: Statement[] }).Statement
}

/** What the statements that name a principal allow it when it brings this context along. */
export function actionsFor(statements: readonly Statement[], principal: string, context: Context = {}): string[] {
  return statements
    .filter(({ Principal, Condition }) => Object.values(Principal).flat().includes(principal) && holds(Condition, context))
    .flatMap(({ Action }) => Action)
}

/** Everything that the statements that name a principal can allow it, under whichever condition. */
export function everyActionFor(statements: readonly Statement[], principal: string): string[] {
  return statements.filter(({ Principal }) => Object.values(Principal).flat().includes(principal)).flatMap(({ Action }) => Action)
}

function holds(condition: Statement['Condition'], context: Context): boolean {
  return Object.entries(condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([key, wanted]) => {
      const actual = context[key]
      return actual !== undefined && [wanted].flat().some((value) => fits(operator, value, actual))
    }),
  )
}

function fits(operator: string, wanted: string, actual: string): boolean {
  if (operator === 'StringEquals' || operator === 'Bool') return wanted === actual
  if (operator !== 'ArnLike') throw new Error(`The test does not know the operator ${operator}.`)
  const parts = (arn: string): string[] => {
    const all = arn.split(':')
    return [...all.slice(0, 5), all.slice(5).join(':')]
  }
  const pattern = (part: string): RegExp => new RegExp(`^${part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
  return parts(wanted).every((part, index) => pattern(part).test(parts(actual)[index] ?? ''))
}
