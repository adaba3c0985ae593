import type { ResourceTagMapping, TagFilter } from '@aws-sdk/client-resource-groups-tagging-api'
import { explained } from '../explain-error.js'
import { collect, createFinding } from '../existing/finding.js'
import { mapLimited, type WaitPorts } from '../waiting.js'
import { confirmTagged } from './confirm.js'
import { clusterTags, ec2Leftovers, vpcIds } from './ec2.js'
import type { Found, LeftoverClients, LeftoverScope } from './found.js'
import { keptCopies } from './kept-copies.js'
import { balancersIn } from './load-balancers.js'
import { sharedLeftovers } from './shared-services.js'
import { clusterLeftovers, iamLeftovers, keyLeftovers, logLeftovers } from './other-services.js'
import { watchingLeftovers } from './watching.js'

export interface Orphan {
  arn: string
  type: string
  reason: string
}

export interface Retained {
  arn: string
  /** ISO 8601, or null when it stays until somebody removes it. */
  until: string | null
  reason: string
}

export interface Leftovers {
  orphans: Orphan[]
  retained: Retained[]
}

/** What AWS is deleting is gone within minutes. */
const PATIENCE = { everyMs: 5000, forMs: 180_000 }

const CONFIRM_AT_ONCE = 5

/**
 * Proves what is left of an environment: by tags, each hit confirmed by asking its service, and by what the tagging API does not know
 * (IAM below the environment's path, log groups, network interfaces, volumes, load balancers, budgets, and the cluster, aliases and
 * the dashboard by name).
 * @param ports with them, things that AWS is deleting at this moment are waited for.
 * @throws `NoCredentials`, `AwsRefused`: without an answer nothing is proven.
 */
export async function findLeftovers(clients: LeftoverClients, scope: LeftoverScope, ports?: WaitPorts): Promise<Leftovers> {
  return explained(`look for what is left of ${scope.environment}`, async () => {
    const end = (ports?.clock.now().getTime() ?? 0) + PATIENCE.forMs
    for (;;) {
      const found = await survey(clients, scope)
      const leaving = found.some((each) => each.leaving)
      if (!ports || !leaving || ports.clock.now().getTime() >= end) return sorted(found)
      await ports.clock.sleep(PATIENCE.everyMs, ports.signal)
    }
  })
}

/**
 * What carries the tags of an environment and really exists. One call when nothing does.
 * @param ports with them, things that AWS is deleting at this moment are waited for.
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function findTagged(clients: LeftoverClients, scope: LeftoverScope, ports: WaitPorts): Promise<Orphan[]> {
  const named = arnsOf(await explained(`look for resources of ${scope.environment}`, () => searchTags(clients, [environmentTags(scope)])))
  if (named.length === 0) return []
  const arns = new Set(named.map(plain))
  return (await findLeftovers(clients, scope, ports)).orphans.filter(({ arn }) => arns.has(plain(arn)))
}

async function survey(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const finding = createFinding(clients, scope)
  const lists = await Promise.all([
    ec2Leftovers(clients, finding, scope),
    clusterLeftovers(clients, scope),
    iamLeftovers(clients, scope),
    logLeftovers(clients, scope),
    keyLeftovers(clients, scope),
    keptCopies(clients, scope),
    sharedLeftovers(clients, finding, scope),
    watchingLeftovers(clients, scope),
    vpcIds(finding, scope).then((ids) => balancers(clients, ids)),
  ])
  const found = new Map<string, Found>()
  const remember = (each: Found | undefined): void => {
    if (each && !found.has(plain(each.arn))) found.set(plain(each.arn), each)
  }
  lists.flat().forEach(remember)
  const tagged = (await taggedArns(clients, scope)).filter((arn) => !found.has(plain(arn)))
  const confirmed = await mapLimited(tagged, CONFIRM_AT_ONCE, (arn) => confirmTagged(clients, arn, scope))
  confirmed.forEach(remember)
  return [...found.values()]
}

async function balancers(clients: LeftoverClients, ids: readonly string[]): Promise<Found[]> {
  const reason = 'It lies in the VPC of the environment.'
  return (await balancersIn(clients, ids)).map(({ arn, kind }) => ({ arn, type: `elasticloadbalancing:${kind}`, reason }))
}

async function taggedArns(clients: LeftoverClients, scope: LeftoverScope): Promise<string[]> {
  const found = await searchTags(clients, [
    environmentTags(scope),
    // AWS's own tags cannot be searched for; what carries them is listed by EC2.
    ...clusterTags(scope.clusterName)
      .filter(([key]) => !key.startsWith('aws:'))
      .map(([key, value]) => [{ Key: key, Values: [value] }]),
  ])
  return arnsOf(found)
}

/** The tags that Terraform gives everything of an environment. */
export function environmentTags({ platform, environment }: LeftoverScope): TagFilter[] {
  return [
    { Key: 'platform:name', Values: [platform] },
    { Key: 'platform:environment', Values: [environment] },
  ]
}

/** What the tagging API knows under these tags. */
export async function searchTags(
  clients: Pick<LeftoverClients, 'tagging'>,
  searches: readonly TagFilter[][],
): Promise<ResourceTagMapping[]> {
  const { paginateGetResources } = await import('@aws-sdk/client-resource-groups-tagging-api')
  const client = await clients.tagging()
  const lists = await Promise.all(
    searches.map((TagFilters) => collect(paginateGetResources({ client }, { TagFilters }), (page) => page.ResourceTagMappingList)),
  )
  return [...new Map(lists.flat().map((each) => [each.ResourceARN, each])).values()]
}

function arnsOf(found: readonly ResourceTagMapping[]): string[] {
  return found.flatMap(({ ResourceARN }) => ResourceARN ?? [])
}

/** Log groups are named with and without the final `:*`. */
function plain(arn: string): string {
  return arn.replace(/:\*$/, '')
}

function sorted(found: readonly Found[]): Leftovers {
  const inOrder = [...found].sort((a, b) => a.arn.localeCompare(b.arn))
  return {
    orphans: inOrder.flatMap(({ arn, type, reason, retainedUntil }) => (retainedUntil === undefined ? [{ arn, type, reason }] : [])),
    retained: inOrder.flatMap(({ arn, reason, retainedUntil }) =>
      retainedUntil === undefined ? [] : [{ arn, until: retainedUntil, reason }],
    ),
  }
}
