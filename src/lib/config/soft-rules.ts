import { type FieldPath, problemAt, type Problem } from './problem.js'
import type { EnvironmentSource } from './project-rules.js'
import { valueAt } from './schema-problems.js'
import type { YamlSource } from './yaml-source.js'

/** What only a soft environment has. */
export const SOFT_FIELDS = ['namespaces', 'quota', 'limits', 'podSecurity', 'networkPolicy', 'administrators', 'viewers']

/** Longest name of a database. */
const LONGEST_DATABASE_NAME = 32

interface Claim {
  source: YamlSource
  path: FieldPath
}

/** What soft environments on the same host may not both have: namespaces, and names of databases. */
export function checkNeighbours(environments: readonly EnvironmentSource[]): Problem[] {
  const soft = environments.filter(({ source }) => valueAt(source.value, ['isolation']) === 'soft')
  return [...checkNamespaces(soft), ...checkDatabases(soft, environments)]
}

function checkNamespaces(soft: readonly EnvironmentSource[]): Problem[] {
  const taken = new Map<string, Claim>()
  const problems: Problem[] = []
  for (const { name, source } of soft) {
    const host = valueAt(source.value, ['host'])
    const written = valueAt(source.value, ['namespaces'])
    const namespaces: unknown[] = Array.isArray(written) ? written : [name]
    for (const [index, namespace] of namespaces.entries()) {
      if (typeof host !== 'string' || typeof namespace !== 'string') continue
      const path = written === undefined ? ['host'] : ['namespaces', index]
      const other = taken.get(`${host}/${namespace}`)
      if (other && other.source !== source) {
        const place = `${other.source.file}:${other.source.valuePosition(other.path).line}`
        problems.push(problemAt(source, path, `the namespace ${namespace} on ${host} belongs to ${place}`))
      } else taken.set(`${host}/${namespace}`, { source, path })
    }
  }
  return problems
}

/** The databases of a soft environment are made by its host, as ENVIRONMENT-DATABASE. */
function checkDatabases(soft: readonly EnvironmentSource[], environments: readonly EnvironmentSource[]): Problem[] {
  const databasesOf = (source: YamlSource): string[] =>
    Object.keys((valueAt(source.value, ['databases']) as object | null | undefined) ?? {})
  return soft.flatMap(({ name, source }) => {
    const host = environments.find((each) => each.name === valueAt(source.value, ['host']))
    const neighbours = soft.filter((each) => each.source !== source && valueAt(each.source.value, ['host']) === host?.name)
    const others = [
      ...(host ? databasesOf(host.source) : []),
      ...neighbours.flatMap((each) => databasesOf(each.source).map((database) => `${each.name}-${database}`)),
    ]
    return databasesOf(source).flatMap((database) => {
      const full = `${name}-${database}`
      const path = ['databases', database]
      if (full.length > LONGEST_DATABASE_NAME)
        return [problemAt(source, path, `is called ${full} in the host: at most ${LONGEST_DATABASE_NAME} characters together`)]
      return others.includes(full)
        ? [problemAt(source, path, `is called ${full} in the host, where there is another one of this name`)]
        : []
    })
  })
}
