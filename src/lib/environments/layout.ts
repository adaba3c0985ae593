import path from 'node:path'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'

/** Folder of an environment's root module, relative to the repository. */
export function rootFolder(name: string): string {
  return path.posix.join('infra', 'environments', name)
}

/** Key of an environment's state in the state bucket. */
export function stateKey(name: string): string {
  return `environments/${name}/terraform.tfstate`
}

/** The root module that builds this environment. */
export function rootOf(environment: Pick<Environment, 'name' | 'architecture'>): 'eks' {
  if (environment.architecture === 'openshift') {
    throw new UserError('NotSupportedYet', `Environment ${environment.name} uses OpenShift, which this version cannot build yet.`, {
      next: ['Set "architecture: eks" in platform.yaml.'],
    })
  }
  return 'eks'
}
