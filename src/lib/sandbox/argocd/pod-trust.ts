const PODS = 'pods.eks.amazonaws.com'
const NEEDED = ['sts:assumerole', 'sts:tagsession']

interface Statement {
  Effect?: string
  Principal?: { Service?: string | string[] }
  Action?: string | string[]
}

/** Whether the trust policy of a role lets EKS give it to pods. Conditions are not looked at. */
export function podsMayAssume(policy: string): boolean {
  const statements = many(statementsIn(policy))
  const allowed = statements
    .filter(({ Effect, Principal }) => Effect === 'Allow' && many(Principal?.Service).includes(PODS))
    .flatMap(({ Action }) => many(Action).map((action) => action.toLowerCase()))
  return NEEDED.every((action) => allowed.includes(action) || allowed.includes('sts:*'))
}

function statementsIn(policy: string): Statement | Statement[] | undefined {
  try {
    return (JSON.parse(policy) as { Statement?: Statement | Statement[] }).Statement
  } catch {
    return undefined
  }
}

function many<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
