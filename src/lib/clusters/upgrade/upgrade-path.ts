import { type KubernetesVersion, supportedKubernetesVersions } from '../../config/kubernetes-versions.js'
import { UserError } from '../../core/errors.js'
import { minorOf } from './checks.js'

export interface UpgradeFacts {
  /** What the control plane runs. */
  version: string
  /** What each node group runs. */
  nodes: readonly string[]
  /** Whether the last change of the cluster was an upgrade that did not reach its end. */
  cutShort: boolean
  /** What the environment's file says. */
  written: KubernetesVersion
  wanted?: KubernetesVersion | undefined
}

/**
 * The minor versions to go through, one at a time. The version of the control plane itself is the first where its nodes, or an earlier
 * upgrade, are not there yet. Without a wish: what the file says where the cluster is behind it, else the next version.
 * @throws `UnsupportedKubernetesVersion` for a version that is older, or that the cluster cannot reach
 */
export function upgradePath({ version, nodes, cutShort, written, wanted }: UpgradeFacts): { path: KubernetesVersion[]; resumes: boolean } {
  const now = minorOf(version)
  const behindFile = minorOf(written) > now
  // Where the file is ahead, the interrupted upgrade goes on by the next version.
  const lags = (cutShort && !behindFile) || nodes.some((node) => node !== '' && minorOf(node) < now)
  const next = supportedKubernetesVersions.find((each) => minorOf(each) === now + 1)
  const to = wanted ?? (behindFile ? written : lags ? written : next)
  if (to === undefined) return { path: [], resumes: false }
  if (minorOf(to) < now) {
    throw new UserError('UnsupportedKubernetesVersion', `The cluster runs Kubernetes ${version}, and EKS never goes back to ${to}.`, {
      next: ['Name a later version, or make a new environment with the older one.'],
    })
  }
  const path = supportedKubernetesVersions.filter((each) => minorOf(each) >= now + (lags ? 0 : 1) && minorOf(each) <= minorOf(to))
  if (path.length > 0 && minorOf(path[0] ?? to) > now + 1) {
    throw new UserError(
      'UnsupportedKubernetesVersion',
      `EKS goes up one minor version at a time, and this version of platform does not know 1.${now + 1}.`,
      {
        next: [`Bring the cluster to ${path[0]} with an earlier version of platform first.`],
      },
    )
  }
  return { path, resumes: lags || behindFile }
}
