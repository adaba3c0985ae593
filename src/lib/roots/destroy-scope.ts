import { type LeftoverScope, noCluster } from '../aws/leftovers/found.js'
import type { Root } from './root.js'

/**
 * Where a destruction looks for what Terraform does not know.
 * @param forgotten what platform did not make, and is not destroyed with the root
 */
export function scopeOfDestruction(
  platform: string,
  { name, cluster, foreign }: Pick<Root, 'name' | 'cluster' | 'foreign'>,
  forgotten: Root['foreign'],
): LeftoverScope {
  const scope = { platform, environment: name }
  // Never a name that the cluster which stays, or another one, may have.
  if (forgotten) return { ...scope, clusterName: noCluster(scope), foreign: 'kept' }
  return { ...scope, clusterName: cluster ?? noCluster(scope), ...(foreign && { foreign: 'deleted' as const }) }
}
