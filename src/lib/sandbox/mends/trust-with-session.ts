type Json = Record<string, unknown>

/**
 * A trust policy that names the session of a role wherever it names the role, which in AWS is the same. Undefined when it does not name
 * the role.
 * @param session `arn:aws:sts::<account>:assumed-role/<role>/<session>`
 */
export function trustWithSession(policy: string, session: string): string | undefined {
  const parsed = objectIn(policy)
  const [, account, role] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(session) ?? []
  if (!parsed || account === undefined || role === undefined) return undefined
  const isRole = (arn: unknown): boolean =>
    typeof arn === 'string' && arn.startsWith(`arn:aws:iam::${account}:role/`) && arn.split('/').at(-1) === role
  const named: unknown[] = []
  const statements = many(parsed['Statement']).map((statement) => {
    const principal = (statement as Json)['Principal']
    if (typeof principal !== 'object' || principal === null || !many((principal as Json)['AWS']).some(isRole)) return statement
    named.push(statement)
    return { ...(statement as Json), Principal: { ...principal, AWS: [...many((principal as Json)['AWS']), session] } }
  })
  return named.length > 0 ? JSON.stringify({ ...parsed, Statement: statements }) : undefined
}

function objectIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

function many(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value]
}
