import { UserError } from '../core/errors.js'
import type { Platform } from './schema.js'

/** The repository and branch that the clusters read. */
export interface GitPlace {
  url: string
  branch: string
}

/**
 * Where Argo CD reads from.
 * @param sandboxEndpoint address of the local AWS, whose own Git is used where platform.yaml names none
 * @throws `InvalidConfiguration` when nothing says it
 */
export function gitPlace(platform: Pick<Platform, 'name' | 'git'>, sandboxEndpoint: string | undefined): GitPlace {
  const { url, branch } = platform.git
  if (url !== undefined) return { url, branch }
  if (sandboxEndpoint !== undefined) return { url: `${sandboxEndpoint.replace(/\/$/, '')}/git/${platform.name}.git`, branch }
  throw new UserError('InvalidConfiguration', 'platform.yaml does not say which Git repository the clusters read.', {
    next: ['Name it in platform.yaml: git.url, an https or ssh address that the clusters can reach.'],
    details: { field: 'git.url' },
  })
}
