import type { ClusterContext } from '../clusters/find-cluster.js'
import type { GitPlace } from '../config/git-place.js'

/** The repository that clusters read. With a sandbox it may have to start first: its own Git has no other address. */
export async function placeOfGit({ project, target }: Pick<ClusterContext, 'project' | 'target'>): Promise<GitPlace> {
  const { gitPlace } = await import('../config/git-place.js')
  const { platform } = project
  if (target.kind !== 'sandbox' || platform.git.url !== undefined) return gitPlace(platform, undefined)
  await target.prepare()
  const [account] = Object.values(platform.accounts)
  const { endpoint } = await target.connect({ id: '000000000000', ...account }, platform.region)
  return gitPlace(platform, endpoint)
}
