import type { AwsClients } from './clients.js'
import { explained } from './explain-error.js'

/** What EKS found out about an upgrade. */
export interface UpgradeInsight {
  id: string
  name: string
  /** The version that an upgrade would lead to. */
  version: string
  status: 'PASSING' | 'WARNING' | 'ERROR' | 'UNKNOWN'
  reason: string
  recommendation: string
  /** ISO 8601; null where AWS does not say. */
  refreshedAt: string | null
  /** Not refreshed for longer than AWS promises, by the clock of AWS: it may tell of what is long mended, or not of what is new. */
  stale: boolean
}

/** "Amazon EKS automatically refreshes all insights every 24 hours": https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html */
const REFRESHED_EVERY_MS = 24 * 60 * 60 * 1000
const STATUSES = ['PASSING', 'WARNING', 'ERROR', 'UNKNOWN'] as const

/** The insights of EKS into an upgrade to `version`, the worst first. */
export async function readUpgradeInsights(
  clients: Pick<AwsClients, 'eks'>,
  clusterName: string,
  version: string,
): Promise<UpgradeInsight[]> {
  const { ListInsightsCommand, DescribeInsightCommand } = await import('@aws-sdk/client-eks')
  return explained(`read the upgrade insights of ${clusterName}`, async () => {
    const client = await clients.eks()
    const found: UpgradeInsight[] = []
    let nextToken: string | undefined
    do {
      const command = new ListInsightsCommand({
        clusterName,
        filter: { categories: ['UPGRADE_READINESS'], kubernetesVersions: [version] },
        ...(nextToken !== undefined && { nextToken }),
      })
      // The clock of this machine may be wrong; that of AWS decides what is stale.
      let awsTime = Number.NaN
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args)
          awsTime = Date.parse(headerOf(result.response, 'date'))
          return result
        },
        { step: 'deserialize', name: 'clockOfAws', override: true },
      )
      const answer = await client.send(command)
      nextToken = answer.nextToken
      for (const { id, name, kubernetesVersion, insightStatus, lastRefreshTime } of answer.insights ?? []) {
        const status = STATUSES.find((each) => each === insightStatus?.status) ?? 'UNKNOWN'
        const details = status === 'PASSING' ? undefined : (await client.send(new DescribeInsightCommand({ clusterName, id }))).insight
        found.push({
          id: id ?? '',
          name: name ?? '',
          version: kubernetesVersion ?? version,
          status,
          reason: insightStatus?.reason ?? '',
          recommendation: details?.recommendation ?? '',
          refreshedAt: lastRefreshTime?.toISOString() ?? null,
          stale: lastRefreshTime === undefined || awsTime - lastRefreshTime.getTime() > REFRESHED_EVERY_MS,
        })
      }
    } while (nextToken !== undefined)
    return found.sort((a, b) => STATUSES.indexOf(b.status) - STATUSES.indexOf(a.status) || (a.name < b.name ? -1 : 1))
  })
}

function headerOf(response: unknown, name: string): string {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return ''
  const value: unknown = (response.headers as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}
