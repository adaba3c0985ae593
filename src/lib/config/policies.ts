import { UserError } from '../core/errors.js'
import type { DatabaseEngine } from './choices.js'
import type { Problem } from './problem.js'
import type { Environment, Project } from './project.js'
import type { Platform } from './schema.js'
import type { YamlSource } from './yaml-source.js'

interface Use {
  engine: DatabaseEngine
  environment: string
  problem: Omit<Problem, 'message'>
}

/** What the environments break of `policies` in `platform.yaml`, each with its place. */
export function findPolicyBreaches(
  policies: Platform['policies'],
  environments: ReadonlyArray<{ environment: Environment; source: YamlSource }>,
): Problem[] {
  const { allowedEngines, maxEngines } = policies.databases ?? {}
  const uses = environments.flatMap(({ environment, source }) => usesOf(environment, source))
  const notAllowed = uses
    .filter(({ engine }) => allowedEngines && !allowedEngines.includes(engine))
    .map(({ engine, problem }) => ({
      ...problem,
      message: `${engine} is not among policies.databases.allowedEngines`,
      allowed: [...(allowedEngines ?? [])],
    }))
  const engines = [...new Set(uses.map(({ engine }) => engine))]
  if (maxEngines === undefined || engines.length <= maxEngines) return notAllowed
  const users = engines.map((engine) => `${engine} in ${namesOf(uses, engine).join(', ')}`).join('; ')
  const message = `the platform uses ${engines.length} different engines, and policies.databases.maxEngines is ${maxEngines}: ${users}`
  return [...notAllowed, ...uses.map(({ problem }) => ({ ...problem, message }))]
}

/** @throws `PolicyRefused` when something breaks a policy of `platform.yaml`. */
export function refusePolicyBreaches({ policyBreaches }: Pick<Project, 'policyBreaches'>): void {
  if (policyBreaches.length === 0) return
  throw new UserError('PolicyRefused', 'The databases break a policy of platform.yaml.', {
    next: ['Use another engine in the places named above, or change policies.databases in platform.yaml.', 'platform config validate'],
    details: { problems: policyBreaches },
  })
}

function usesOf(environment: Environment, source: YamlSource): Use[] {
  return Object.entries(environment.databases).map(([name, { engine }]) => {
    const path = ['databases', name, 'engine']
    return {
      engine,
      environment: environment.name,
      problem: { file: source.file, ...source.valuePosition(path), field: path.join('.') },
    }
  })
}

function namesOf(uses: readonly Use[], engine: DatabaseEngine): string[] {
  return [...new Set(uses.filter((use) => use.engine === engine).map(({ environment }) => environment))]
}
