import { existsSync } from 'node:fs'
import path from 'node:path'
import type { RollbackContext } from '../environments/rollback/rollback.js'
import type { RootContext } from '../roots/context.js'

/** What the command hands to the use case. Where no cluster reads the environment from Git, nothing is pushed. */
export function rollbackContext(context: RootContext, environment: string): RollbackContext {
  const { project, target } = context
  return {
    ...context,
    git: async () => {
      if (!existsSync(path.join(project.directory, 'gitops', 'clusters', environment, 'cluster.yaml'))) return undefined
      const { gitPlace } = await import('../config/git-place.js')
      if (target.kind !== 'sandbox' || project.platform.git.url !== undefined) return gitPlace(project.platform, undefined)
      await target.prepare()
      const [account] = Object.values(project.platform.accounts)
      const { endpoint } = await target.connect({ id: '000000000000', ...account }, project.platform.region)
      return gitPlace(project.platform, endpoint)
    },
  }
}
