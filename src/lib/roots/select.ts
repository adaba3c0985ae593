import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { assertName, nearest, SHARED_NAME } from '../core/names.js'
import { environmentRoot } from './environment-root.js'
import type { Root } from './root.js'
import { sharedRoot } from './shared-root.js'

/** Every root of a repository that this version can build: what is shared first. */
export function rootsOf(project: Project): Root[] {
  const environments = [...project.environments.values()].filter(({ isolation }) => isolation === 'hard')
  return [...(project.shared.enabled ? [sharedRoot(project)] : []), ...environments.map((each) => environmentRoot(project, each))]
}

/**
 * The root called `name`.
 * @throws `InvalidName`; `EnvironmentNotFound` with the nearest name; `NotSupportedYet`
 */
export function rootOf(project: Project, name: string): Root {
  const environment = project.environments.get(name)
  if (environment) return environmentRoot(project, environment)
  if (name === SHARED_NAME) return sharedRoot(project)
  throw unknownEnvironment(project, name)
}

/** @returns the error for a name that no file has. @throws `InvalidName` */
export function unknownEnvironment(project: Project, name: string): UserError {
  assertName('an environment', name, project.environments.keys())
  if (name === SHARED_NAME) {
    return new UserError('EnvironmentNotFound', 'shared is no environment: it is what all environments share.', {
      next: ['Use the commands for it: platform shared --help'],
      details: { name, known: [...project.environments.keys()] },
    })
  }
  const near = nearest(name, project.environments.keys())
  return new UserError('EnvironmentNotFound', `There is no environment ${name}.`, {
    reason: `environments/${name}.yaml does not exist.`,
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `platform env create ${name}`, 'platform env list'],
    details: { name, known: [...project.environments.keys()] },
  })
}
