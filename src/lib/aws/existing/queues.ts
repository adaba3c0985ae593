import { partitionOf } from '../partition.js'
import { candidate, tagMap, text, type Finder, type Finding } from './finding.js'
import { ifOurs } from './owned.js'

/** Import id: the URL, which follows from the name. */
const queue: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const tags = await tagsOf(finding, name)
  return tags === undefined ? [] : ifOurs(finding, { importId: urlOf(finding, name) }, async () => Promise.resolve(tags))
}

/** Terraform's resource only takes it over. Import id: the URL of the queue. */
const queuePolicy: Finder = async (finding, values) => {
  const url = text(values, 'queue_url')
  const name = url?.split('/').at(-1)
  return url !== undefined && name !== undefined && (await tagsOf(finding, name)) !== undefined ? [candidate(url)] : []
}

/** Ours always have tags, so the tagging API knows them. Undefined: there is no such queue. */
async function tagsOf({ clients }: Finding, name: string): Promise<ReturnType<typeof tagMap> | undefined> {
  const { accountId, region } = clients.connection
  const arn = `arn:${partitionOf(region)}:sqs:${region}:${accountId}:${name}`
  const { GetResourcesCommand } = await import('@aws-sdk/client-resource-groups-tagging-api')
  const { ResourceTagMappingList = [] } = await (await clients.tagging()).send(new GetResourcesCommand({ ResourceARNList: [arn] }))
  const found = ResourceTagMappingList.find(({ ResourceARN }) => ResourceARN === arn)
  return found && tagMap(found.Tags)
}

function urlOf({ clients }: Finding, name: string): string {
  const { accountId, region, endpoint } = clients.connection
  const base = endpoint ?? `https://sqs.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  return `${base}/${accountId}/${name}`
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const queueFinders: Readonly<Record<string, Finder>> = {
  aws_sqs_queue: queue,
  aws_sqs_queue_policy: queuePolicy,
}
