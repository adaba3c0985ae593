import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { assertName, nearest } from '../core/names.js'

/**
 * The environment called `name`.
 * @throws `InvalidName`, or `EnvironmentNotFound` with the nearest name.
 */
export function environmentOf(project: Project, name: string): Environment {
  const environment = project.environments.get(name)
  if (environment) return environment
  assertName('an environment', name)
  const near = nearest(name, project.environments.keys())
  throw new UserError('EnvironmentNotFound', `There is no environment ${name}.`, {
    reason: `environments/${name}.yaml does not exist.`,
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `platform env create ${name}`, 'platform env list'],
    details: { name, known: [...project.environments.keys()] },
  })
}
