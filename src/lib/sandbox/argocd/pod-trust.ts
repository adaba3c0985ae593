import { many, PODS, statementsOf } from '../mends/policy-statements.js'

const NEEDED = ['sts:assumerole', 'sts:tagsession']

interface Statement {
  Effect?: string
  Principal?: { Service?: unknown }
  Action?: unknown
}

/** Whether the trust policy of a role lets EKS give it to pods. Conditions are not looked at. */
export function podsMayAssume(policy: string): boolean {
  const allowed = (statementsOf(policy) as Statement[])
    .filter(({ Effect, Principal }) => Effect === 'Allow' && many(Principal?.Service).includes(PODS))
    .flatMap(({ Action }) => many(Action).map((action) => String(action).toLowerCase()))
  return NEEDED.every((action) => allowed.includes(action) || allowed.includes('sts:*'))
}
