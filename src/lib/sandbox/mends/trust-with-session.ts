import { many, withStatements } from './policy-statements.js'

/**
 * A trust policy that names the session of a role wherever it names the role, which in AWS is the same. Undefined when it does not name
 * the role.
 * @param session `arn:aws:sts::<account>:assumed-role/<role>/<session>`
 */
export function trustWithSession(policy: string, session: string): string | undefined {
  const [, account, role] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(session) ?? []
  if (account === undefined || role === undefined) return undefined
  const isRole = (arn: unknown): boolean =>
    typeof arn === 'string' && arn.startsWith(`arn:aws:iam::${account}:role/`) && arn.split('/').at(-1) === role
  return withStatements(policy, (statement) => {
    const { Principal } = statement as { Principal?: { AWS?: unknown } }
    const named = many(Principal?.AWS)
    return named.some(isRole) ? { ...statement, Principal: { ...Principal, AWS: [...named, session] } } : statement
  })
}
