import { unlessMissing } from '../explain-error.js'
import { collect, ownerOf, tagMap } from '../existing/finding.js'
import { partitionOf } from '../partition.js'
import { mapLimited } from '../waiting.js'
import type { Found, LeftoverClients, LeftoverScope } from './found.js'
import { unlessUnavailable } from './unless-unavailable.js'

const AT_ONCE = 4

/**
 * The dashboard and the budgets of an environment: the tagging API knows neither. Whoever may not look could not have made one.
 * Sources: Amazon CloudWatch and AWS Budgets API references.
 */
export async function watchingLeftovers(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const lists = await Promise.all([unlessUnavailable(dashboards(clients, scope)), unlessUnavailable(budgets(clients, scope))])
  return lists.flatMap((list) => list ?? [])
}

/** By name, for a dashboard has no tags. */
async function dashboards(clients: LeftoverClients, { platform, environment }: LeftoverScope): Promise<Found[]> {
  const { paginateListDashboards } = await import('@aws-sdk/client-cloudwatch')
  const client = await clients.cloudWatch()
  const DashboardNamePrefix = `${platform}-${environment}`
  const all = await collect(paginateListDashboards({ client }, { DashboardNamePrefix }), (page) => page.DashboardEntries)
  const { accountId, region } = clients.connection
  return all
    .filter(({ DashboardName }) => DashboardName === DashboardNamePrefix)
    .map(({ DashboardArn }) => ({
      arn: DashboardArn ?? `arn:${partitionOf(region)}:cloudwatch::${accountId}:dashboard/${DashboardNamePrefix}`,
      type: 'cloudwatch:dashboard',
      reason: 'It has the name of the dashboard of the environment.',
    }))
}

/** By name first, so that those of others are not asked for one by one. */
async function budgets(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const { ListTagsForResourceCommand, paginateDescribeBudgets } = await import('@aws-sdk/client-budgets')
  const client = await clients.budgets()
  const { accountId, region } = clients.connection
  const all = await collect(paginateDescribeBudgets({ client }, { AccountId: accountId }), (page) => page.Budgets)
  const named = all.flatMap(({ BudgetName = '' }) => (BudgetName.startsWith(`${scope.platform}-${scope.environment}-`) ? BudgetName : []))
  const asked = await mapLimited(named, AT_ONCE, async (name) => {
    const arn = `arn:${partitionOf(region)}:budgets::${accountId}:budget/${name}`
    const answer = await unlessMissing(client.send(new ListTagsForResourceCommand({ ResourceARN: arn })), 'NotFound*', 'ResourceNotFound*')
    return { arn, ours: ownerOf(tagMap(answer?.ResourceTags), scope) === 'ours' }
  })
  return asked
    .filter(({ ours }) => ours)
    .map(({ arn }) => ({ arn, type: 'budgets:budget', reason: 'It carries the tags of the environment.' }))
}
