import { isMet, many, PODS, withStatements } from './policy-statements.js'

type Json = Record<string, unknown>

/** How the sandbox calls STS as the service that gives pods their roles: see `argocd/pods-service.ts`. */
const SERVICE_SESSION = /^arn:aws:sts::(\d+):assumed-role\/aws-service-role\/pods\.eks\.amazonaws\.com$/

/**
 * A trust policy that lets EKS Pod Identity in without conditions, where those that it has are met. The emulator knows none of what EKS
 * tells with its call: the cluster (`aws:SourceArn`), its account (`aws:SourceAccount`) and the tags of the session. Undefined when a
 * condition is not met, or is not known here, and for every other caller.
 * @param form the parameters of AssumeRole
 */
export function trustForPods(policy: string, session: string, form: URLSearchParams): string | undefined {
  const [, account] = SERVICE_SESSION.exec(session) ?? []
  if (account === undefined) return undefined
  const facts = factsOf(account, form)
  return withStatements(policy, (statement) => {
    const { Condition, ...open } = statement as { Condition?: Json; Principal?: { Service?: unknown } }
    return Condition !== undefined && many(open.Principal?.Service).includes(PODS) && isMet(Condition, facts) ? open : statement
  })
}

/** What EKS tells with its call, by key in lower case. */
function factsOf(account: string, form: URLSearchParams): Map<string, string> {
  const facts = new Map([['aws:sourceaccount', account]])
  for (const [name, key] of form) {
    const [, index] = /^Tags\.member\.(\d+)\.Key$/.exec(name) ?? []
    if (index === undefined) continue
    const value = form.get(`Tags.member.${index}.Value`) ?? ''
    facts.set(`aws:requesttag/${key.toLowerCase()}`, value)
    if (key === 'eks-cluster-arn') facts.set('aws:sourcearn', value)
  }
  return facts
}
