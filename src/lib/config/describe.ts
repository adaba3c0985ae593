import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'
import type { Configuration } from './load.js'
import { environmentFilePath } from './repository-files.js'
import type { Origins } from './resolve.js'

/**
 * The values in effect of the platform, or of one environment, and where they come from.
 * @throws `EnvironmentNotFound`
 */
export function describeConfiguration({ project, origins }: Configuration, name: string | undefined): { values: object; origins: Origins } {
  if (name === undefined) return { values: project.platform, origins: origins.platform }
  const values = project.environments.get(name)
  if (values) return { values, origins: origins.environments.get(name) ?? new Map<string, string>() }
  const near = nearest(name, project.environments.keys())
  throw new UserError('EnvironmentNotFound', `There is no environment ${name}.`, {
    reason: `${environmentFilePath(name)} does not exist.`,
    next: near === undefined ? ['platform env list'] : [`Did you mean ${near}?`],
    details: { name, known: [...project.environments.keys()] },
  })
}
