import { addonOf, addonsFor } from '../config/addons/catalogue.js'
import type { Addon } from '../config/addons/catalogue-schema.js'
import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { readTextIfExists, resolveInside } from '../core/files.js'
import { clusterFile } from '../gitops/places.js'
import { unknownEnvironment } from '../roots/select.js'

/** An add-on in the cluster of an environment. */
export interface AddonPlace {
  name: string
  addon: Addon
  environment: Environment
  /** As its file says. */
  enabled: boolean
  version: string
}

/** @throws `AddonNotFound`, `EnvironmentNotFound`, `BadFlag` where the add-on cannot run in this environment */
export function placeOf(project: Project, { name, environment }: { name: string; environment: string }): AddonPlace {
  const addon = addonOf(name)
  const found = environmentOf(project, environment)
  const decided = found.addons[name]
  if (!decided) {
    throw new UserError('BadFlag', `${name} cannot run in ${environment}.`, {
      reason: `It runs in ${addon.clusters.join(' and ')} environments, and ${environment} is a ${found.role} one.`,
      next: [`Those that can: ${addonsFor(found.role).join(', ')}`],
      details: { name, environment, role: found.role },
    })
  }
  return { name, addon, environment: found, ...decided }
}

/** @throws `EnvironmentNotFound`, `BadFlag` for a soft one */
export function environmentOf(project: Project, name: string): Environment {
  const found = project.environments.get(name)
  if (!found) throw unknownEnvironment(project, name)
  if (found.isolation === 'hard') return found
  throw new UserError('BadFlag', `${name} has no cluster of its own, so no add-ons of its own.`, {
    next: [`Work with those of its host: --environment ${found.host ?? ''}`],
    details: { environment: name },
  })
}

/** What Argo CD is told of the cluster of an environment. Undefined: it was never bootstrapped. */
export async function clusterText({ directory }: Pick<Project, 'directory'>, environment: string): Promise<string | undefined> {
  return readTextIfExists(await resolveInside(directory, clusterFile(environment)))
}
