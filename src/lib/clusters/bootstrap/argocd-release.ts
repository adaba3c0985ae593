import type { ChartArchive } from '../../helm/chart.js'
import { pullChart } from '../../helm/chart.js'
import { installRelease, type Release, readHistory, readValues, repairNeeded, repairRelease } from '../../helm/release.js'
import { isDeepStrictEqual } from 'node:util'
import type { ChartWish } from './argocd-chart.js'
import type { ClusterLink } from './cluster-link.js'

/** Where Argo CD is installed. */
export const ARGOCD_RELEASE = { name: 'argo-cd', namespace: 'argocd' } as const

/** What was found of the release. */
export interface ReleaseState {
  release: Release | undefined
  /** As it should be: chart, values, and not in the middle of anything. */
  right: boolean
  detail: string
}

export async function lookAtRelease({ helm }: Pick<ClusterLink, 'helm'>, wish: ChartWish): Promise<ReleaseState> {
  const history = await readHistory(helm, ARGOCD_RELEASE)
  const release = history.at(-1)
  if (!release) return { release, right: false, detail: `install ${wish.name} ${wish.version}` }
  const { status, chart, appVersion, revision } = release
  if (repairNeeded(history) !== 'nothing') return { release, right: false, detail: `repair revision ${revision}, which is ${status}` }
  const wanted = `${wish.name}-${wish.version}`
  if (status !== 'deployed') return { release, right: false, detail: `install again: revision ${revision} is ${status}` }
  if (chart !== wanted) return { release, right: false, detail: `from ${chart} to ${wanted}` }
  if (!isDeepStrictEqual(await readValues(helm, ARGOCD_RELEASE), wish.values)) return { release, right: false, detail: 'change its values' }
  return { release, right: true, detail: `${chart} (${appVersion})` }
}

/**
 * Installs Argo CD, after repairing what an earlier run has left in the middle.
 * @throws `ChartNotFound`, `ChartDigestMismatch`, `HelmFailed`
 */
export async function installArgoCd(
  { helm, kubectl, folder }: Pick<ClusterLink, 'helm' | 'kubectl' | 'folder'>,
  wish: ChartWish,
  { timeoutMs, progress }: { timeoutMs: number; progress: (detail: string) => void },
): Promise<{ archive: ChartArchive; repaired: boolean }> {
  progress(`fetching ${wish.name} ${wish.version}`)
  const archive = await pullChart(helm, wish, { folder, ...(wish.digest !== undefined && { digest: wish.digest }) })
  const repair = await repairRelease(helm, ARGOCD_RELEASE, async (secret) => kubectl.delete({ resource: 'secrets', ...secret }))
  if (repair !== 'nothing') progress('repaired a release that was left in the middle')
  progress(`installing ${wish.name} ${wish.version}`)
  await installRelease(helm, ARGOCD_RELEASE, { archive, values: wish.values, timeoutMs, wait: true })
  return { archive, repaired: repair !== 'nothing' }
}
