import type { AwsClients } from '../../aws/clients.js'
import { readClusterDetails } from '../../aws/cluster-details.js'
import { readAddons } from '../../aws/cluster-parts.js'
import { readUpgradeInsights, type UpgradeInsight } from '../../aws/upgrade-insights.js'
import { UserError } from '../../core/errors.js'
import { isLoopbackUrl } from '../../core/loopback.js'
import { type OutsideWindow, outsideWindow } from '../../gitops/addon-window.js'
import { readRequestedApis, type RequestedApi } from '../../kube/requested-apis.js'
import { type ClusterContext, type ClusterPlace, requestFor } from '../find-cluster.js'
import { clusterToken } from '../token.js'
import { type AddonChange, addonChanges } from './addon-changes.js'
import { type RemovedApiInGit, scanManifests } from './scan-manifests.js'

/** What was looked at before an upgrade to one minor version. */
export interface UpgradeChecks {
  version: string
  insights: UpgradeInsight[]
  /** Objects in Git that use an API which is gone in the new version. */
  manifests: RemovedApiInGit[]
  /** Calls of such APIs that the API server has seen; null: it could not be asked. */
  requests: RequestedApi[] | null
  requestsReason: string | null
  addons: AddonChange[]
  /** Enabled add-ons of the catalogue that do not run on the new version, and the versions of them that do. */
  outsideWindow: OutsideWindow[]
  /** Why the upgrade must not start, in words. */
  blocking: string[]
  /** What somebody should know, in words. */
  warnings: string[]
}

type Findings = Omit<UpgradeChecks, 'blocking' | 'warnings'>

const TIMEOUT_MS = 10_000

/** Asks EKS, Git and the API server what an upgrade from one minor version to the next would break. */
export async function checkUpgrade(
  context: ClusterContext,
  place: ClusterPlace,
  clients: AwsClients,
  { from, to }: { from: string; to: string },
): Promise<UpgradeChecks> {
  const cluster = place.environment.cluster.name
  const [insights, manifests, requests, addons] = await Promise.all([
    readUpgradeInsights(clients, cluster, to),
    scanManifests(context.project.directory, minorOf(to)),
    requestedApis(context, place, clients),
    readAddons(clients, cluster).then(async (installed) => addonChanges(clients, installed, to)),
  ])
  const between = (version: string): boolean => minorOf(version) > minorOf(from) && minorOf(version) <= minorOf(to)
  const asked = Array.isArray(requests)
  const findings: Findings = {
    version: to,
    insights,
    manifests,
    requests: asked ? requests.filter(({ removedIn }) => between(removedIn)) : null,
    requestsReason: asked ? null : requests.reason,
    addons,
    outsideWindow: outsideWindow(place.environment, to),
  }
  return { ...findings, ...judge(findings, between) }
}

/** @param between whether an API ends with this upgrade, and not with an earlier one */
export function judge(findings: Findings, between: (version: string) => boolean): Pick<UpgradeChecks, 'blocking' | 'warnings'> {
  const { addons, insights, manifests, outsideWindow: outside, requests, requestsReason, version } = findings
  const gone = manifests.map((each) => ({ ends: between(each.removedIn), text: manifestText(each) }))
  const withoutVersion = addons.filter((addon) => addon.version === null)
  return {
    blocking: [
      ...insights.filter(({ status }) => status === 'ERROR').map(insightText),
      ...gone.filter(({ ends }) => ends).map(({ text }) => text),
      ...(requests ?? []).map(
        ({ apiVersion, resource, removedIn }) => `Somebody calls ${resource} of ${apiVersion}, which ends in ${removedIn}`,
      ),
      ...withoutVersion
        .filter(({ managed }) => managed)
        .map(({ name }) => `The add-on ${name} has no version for Kubernetes ${version} yet`),
      ...outside.map(({ text }) => text),
    ],
    warnings: [
      ...insights.filter(({ status, stale }) => status !== 'ERROR' && (status !== 'PASSING' || stale)).map(insightText),
      ...gone.filter(({ ends }) => !ends).map(({ text }) => text),
      ...withoutVersion
        .filter(({ managed }) => !managed)
        .map(({ name }) => `The add-on ${name}, which is not one of ours, has no version for ${version}`),
      ...(requestsReason === null ? [] : [`Whether an API that ends is still called is not known: ${requestsReason}`]),
      ...(insights.length === 0 ? [`EKS has no insights into Kubernetes ${version}`] : []),
    ],
  }
}

function insightText({ name, status, reason, recommendation, stale, refreshedAt }: UpgradeInsight): string {
  const age = stale
    ? ` (stale: AWS last looked ${refreshedAt === null ? 'at an unknown time' : `on ${refreshedAt.slice(0, 16).replace('T', ' ')} UTC`})`
    : ''
  return `EKS says ${status} of "${name}"${age}: ${[reason, recommendation].filter((part) => part !== '').join(' ')}`
}

function manifestText({ file, line, kind, apiVersion, removedIn, replacement }: RemovedApiInGit): string {
  return `${file}:${line}: ${kind} of ${apiVersion} is gone in ${removedIn}${replacement === null ? '' : `, use ${replacement}`}`
}

async function requestedApis(
  { ports, target }: ClusterContext,
  place: ClusterPlace,
  clients: AwsClients,
): Promise<RequestedApi[] | { reason: string }> {
  const { endpoint, certificateAuthority } = (await readClusterDetails(clients, place.environment.cluster.name))?.access ?? {}
  if (endpoint === undefined || certificateAuthority === undefined) return { reason: 'EKS names no endpoint' }
  if (target.kind === 'sandbox' && !isLoopbackUrl(endpoint)) return { reason: 'the local AWS has no API server behind this cluster' }
  const { status } = await clusterToken(ports, requestFor(place))
  return readRequestedApis({ url: endpoint, certificateAuthority, token: status.token }, { timeoutMs: TIMEOUT_MS, signal: ports.signal })
}

/** @throws `UpgradeBlocked` when something would break, unless that is accepted */
export function refuseBlocked({ blocking, version }: UpgradeChecks, cluster: string, acceptFindings: boolean): void {
  if (blocking.length === 0 || acceptFindings) return
  throw new UserError('UpgradeBlocked', `${cluster} cannot go to Kubernetes ${version} yet. Nothing was changed.`, {
    reason: blocking.join('\n'),
    next: [
      'Mend what is named above, push it, and run the command again.',
      'EKS looks again once a day, or at once: aws eks start-insights-refresh --cluster-name ' + cluster,
      'To go on all the same: --accept-findings',
    ],
    details: { cluster, version, blocking },
  })
}

/** `1.35` → 35 */
export function minorOf(version: string): number {
  return Number(version.split('.')[1])
}
