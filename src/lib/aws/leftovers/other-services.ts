import { unlessMissing } from '../explain-error.js'
import { collect, ownerOf, tagMap } from '../existing/finding.js'
import { environmentPath } from '../existing/iam.js'
import { keysOfEnvironment } from '../existing/kms.js'
import { mapLimited } from '../waiting.js'
import { arnOf, logGroupPrefixes, noCluster, type Found, type LeftoverClients, type LeftoverScope } from './found.js'
import { keysStillNeeded } from './keys-still-needed.js'

/** The EKS cluster by its name. What belongs to it (node groups, add-ons, access entries) cannot outlive it. */
export async function clusterLeftovers(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  if (scope.clusterName === noCluster(scope)) return []
  const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  const command = new DescribeClusterCommand({ name: scope.clusterName })
  const cluster = (await unlessMissing((await clients.eks()).send(command), 'ResourceNotFoundException'))?.cluster
  if (!cluster || ownerOf(cluster.tags, scope) === 'other') return []
  return [
    {
      arn: cluster.arn ?? arnOf(clients, 'eks', `cluster/${scope.clusterName}`),
      type: 'eks:cluster',
      reason: `It has the name of the environment's cluster (state ${cluster.status ?? 'unknown'}).`,
      ...(cluster.status === 'DELETING' && { leaving: true as const }),
    },
  ]
}

/** IAM by path, for the tagging API does not know roles. */
export async function iamLeftovers(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const sdk = await import('@aws-sdk/client-iam')
  const client = await clients.iam()
  const PathPrefix = environmentPath(scope)
  const [roles, policies, profiles] = await Promise.all([
    collect(sdk.paginateListRoles({ client }, { PathPrefix }), (page) => page.Roles),
    collect(sdk.paginateListPolicies({ client }, { PathPrefix, Scope: 'Local' }), (page) => page.Policies),
    collect(sdk.paginateListInstanceProfiles({ client }, { PathPrefix }), (page) => page.InstanceProfiles),
  ])
  const found = (type: string, items: ReadonlyArray<{ Arn?: string | undefined; Path?: string | undefined }>): Found[] =>
    items
      .filter(({ Path }) => Path?.startsWith(PathPrefix))
      .map(({ Arn }) => ({ arn: Arn ?? '', type, reason: `It lies below the IAM path ${PathPrefix}.` }))
  const providers = await identityProviders(clients, scope)
  return [...found('iam:role', roles), ...found('iam:policy', policies), ...found('iam:instance-profile', profiles), ...providers]
}

/** OpenID Connect providers have no path. */
async function identityProviders(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const sdk = await import('@aws-sdk/client-iam')
  const client = await clients.iam()
  const { OpenIDConnectProviderList: providers = [] } = await client.send(new sdk.ListOpenIDConnectProvidersCommand({}))
  const arns = providers.flatMap(({ Arn }) => Arn ?? [])
  const tagged = await mapLimited(arns, 4, async (arn) => {
    const answer = await unlessMissing(
      client.send(new sdk.ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: arn })),
      'NoSuchEntity*',
    )
    return { arn, ours: ownerOf(tagMap(answer?.Tags), scope) === 'ours' }
  })
  return tagged
    .filter(({ ours }) => ours)
    .map(({ arn }) => ({ arn, type: 'iam:oidc-provider', reason: 'It carries the tags of the environment.' }))
}

/** Log groups by name: services make some by themselves, without tags. */
export async function logLeftovers(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const { paginateDescribeLogGroups } = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await clients.logs()
  const lists = await Promise.all(
    logGroupPrefixes(scope).map(async (logGroupNamePrefix) => {
      const groups = await collect(paginateDescribeLogGroups({ client }, { logGroupNamePrefix }), (page) => page.logGroups)
      return groups.filter(({ logGroupName }) => logGroupName?.startsWith(logGroupNamePrefix))
    }),
  )
  return lists.flat().map(({ logGroupName, logGroupArn, deletionProtectionEnabled }) => ({
    arn: logGroupArn ?? arnOf(clients, 'logs', `log-group:${logGroupName ?? ''}`),
    type: 'logs:log-group',
    ...(deletionProtectionEnabled
      ? { reason: 'The log group has deletion protection.', retainedUntil: null }
      : { reason: 'Its name is one of the environment.' }),
  }))
}

/** Keys by tags and aliases by name. A deleted key stays for 7 to 30 days; one that still opens a snapshot or a log is kept on purpose. */
export async function keyLeftovers(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const client = await clients.kms()
  const { paginateListAliases } = await import('@aws-sdk/client-kms')
  const [keys, aliases] = await Promise.all([
    keysOfEnvironment(client, scope),
    collect(paginateListAliases({ client }, {}), (page) => page.Aliases),
  ])
  const alive = keys.filter(({ state }) => !state.startsWith('Pending') || state === 'PendingImport').map(({ arn }) => arn)
  const needed = new Map([
    ...(await keysStillNeeded(clients, alive, scope)).needed,
    ...(scope.keptKeys ?? []).map(({ arn, reason }) => [arn, reason] as const),
  ])
  const prefix = `alias/${scope.platform}/${scope.environment}/`
  return [
    ...keys.map(({ arn, state, deletionDate }): Found => {
      const base = { arn, type: 'kms:key' }
      if (!alive.includes(arn)) {
        return { ...base, reason: 'KMS keeps a deleted key until this date.', retainedUntil: deletionDate?.toISOString() ?? null }
      }
      const reason = needed.get(arn)
      return reason === undefined
        ? { ...base, reason: `It carries the tags of the environment (state ${state}).` }
        : { ...base, reason, retainedUntil: null }
    }),
    ...aliases
      .filter(({ AliasName }) => AliasName?.startsWith(prefix))
      .map(({ AliasArn, AliasName }) => ({
        arn: AliasArn ?? arnOf(clients, 'kms', AliasName ?? ''),
        type: 'kms:alias',
        reason: 'Its name is one of the environment.',
      })),
  ]
}
