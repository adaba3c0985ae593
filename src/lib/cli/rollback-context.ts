import { existsSync } from 'node:fs'
import path from 'node:path'
import type { RollbackContext } from '../environments/rollback/rollback.js'
import type { RootContext } from '../roots/context.js'
import { placeOfGit } from './place-of-git.js'

/** What the command hands to the use case. Where no cluster reads the environment from Git, nothing is pushed. */
export function rollbackContext(context: RootContext, environment: string): RollbackContext {
  const file = path.join(context.project.directory, 'gitops', 'clusters', environment, 'cluster.yaml')
  return { ...context, git: async () => (existsSync(file) ? placeOfGit(context) : undefined) }
}
