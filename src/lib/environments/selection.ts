import type { Environment, Project } from '../config/project.js'
import { unknownEnvironment } from '../roots/select.js'

/**
 * The environment called `name`.
 * @throws `InvalidName`, or `EnvironmentNotFound` with the nearest name.
 */
export function environmentOf(project: Project, name: string): Environment {
  const environment = project.environments.get(name)
  if (environment) return environment
  throw unknownEnvironment(project, name)
}
