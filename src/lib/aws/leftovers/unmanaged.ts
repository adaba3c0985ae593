import type { ResourceTagMapping } from '@aws-sdk/client-resource-groups-tagging-api'
import { explained } from '../explain-error.js'
import type { Owns } from '../state-ownership.js'
import { isOfCluster } from './ec2.js'
import type { LeftoverClients, LeftoverScope } from './found.js'
import { environmentTags, findLeftovers, type Orphan, searchTags } from './leftovers.js'

/** Tags by which AWS marks what one of its services made from a template of ours. */
const MADE_BY_AWS = /^(?:aws:(?:autoscaling|ec2launchtemplate|ec2:fleet|eks|cloudformation|backup)|karpenter\.)/

/** Copies of data carry the tags of what they were made of, and are kept on purpose. */
const COPY = /:(?:cluster-snapshot|snapshot|backup|recovery-point)[:/]/

/**
 * What carries the tags that Terraform gives the resources of an environment, and is in no state. One call where there is nothing.
 * @param inOtherStates asked only when something is left.
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function findUnmanaged(
  clients: LeftoverClients,
  scope: LeftoverScope,
  owned: Owns,
  inOtherStates: () => Promise<Owns>,
): Promise<Orphan[]> {
  const tagged = await explained(`look for resources of ${scope.environment}`, () => searchTags(clients, [environmentTags(scope)]))
  const open = tagged.filter((each) => isByHand(each, scope)).map(({ ResourceARN = '' }) => ResourceARN)
  const candidates = open.filter((arn) => !owned(arn))
  if (candidates.length === 0) return []
  const elsewhere = await inOtherStates()
  const unknown = new Set(candidates.filter((arn) => !elsewhere(arn)).map(withoutEnd))
  if (unknown.size === 0) return []
  // The tagging API goes on naming what is gone.
  const { orphans } = await findLeftovers(clients, scope)
  return orphans
    .filter(({ arn }) => unknown.has(withoutEnd(arn)))
    .map(({ arn, type }) => ({ arn, type, reason: 'It carries the tags of the environment and is in no state.' }))
}

function isByHand({ ResourceARN = '', Tags = [] }: ResourceTagMapping, { clusterName }: LeftoverScope): boolean {
  const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
  return !COPY.test(ResourceARN) && !isOfCluster(tags, clusterName) && !Object.keys(tags).some((key) => MADE_BY_AWS.test(key))
}

function withoutEnd(arn: string): string {
  return arn.replace(/:\*$/, '')
}
