import type { PolicyContext } from './check.js'
import { hasEnded, readExceptions, type PolicyException } from './exceptions.js'
import { readRules, ruleFiles, type Rule } from './rules.js'

export interface PolicyList {
  rules: Rule[]
  exceptions: Array<PolicyException & { ended: boolean }>
}

/** The rules and exceptions that a check in this repository would use. @throws `PolicyInvalid`, `InvalidConfiguration` */
export async function listPolicies({
  ports,
  project,
  findEngine,
}: Pick<PolicyContext, 'ports' | 'project' | 'findEngine'>): Promise<PolicyList> {
  const files = await ruleFiles(project.directory)
  const engine = await findEngine(() => undefined)
  const rules = await readRules(ports, engine.path, files)
  const exceptions = await readExceptions(
    project.directory,
    rules.map(({ id }) => id),
  )
  return { rules, exceptions: exceptions.map((each) => ({ ...each, ended: hasEnded(each, ports.clock.now()) })) }
}
