import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { assertName, nearest } from '../core/names.js'
import { environmentRoot } from './environment-root.js'
import type { Root } from './root.js'

/** Every root of the repository that this version can build: environments in alphabetical order. */
export function rootsOf(project: Project): Root[] {
  return [...project.environments.values()]
    .filter(({ architecture, isolation }) => architecture === 'eks' && isolation === 'hard')
    .map((environment) => environmentRoot(project, environment))
}

/**
 * The root called `name`: an environment.
 * @throws `InvalidName`, `NotSupportedYet`, or `EnvironmentNotFound` with the nearest name.
 */
export function rootOf(project: Project, name: string): Root {
  const environment = project.environments.get(name)
  if (environment) return environmentRoot(project, environment)
  assertName('an environment', name)
  const known = rootsOf(project).map((root) => root.name)
  const near = nearest(name, known)
  throw new UserError('EnvironmentNotFound', `There is no environment ${name}.`, {
    reason: `environments/${name}.yaml does not exist.`,
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), 'platform env list'],
    details: { name, known },
  })
}
