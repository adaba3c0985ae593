import { errorAnswer, json, jsonBody } from '../gateway/answer.js'
import type { Mend, MendContext } from './mend.js'
import { listMoreTagged } from './tagged-more.js'
import { listTaggedResources, type TaggedResource } from './tagged-resources.js'

/** What a caller of GetResources may ask for (Resource Groups Tagging API Reference, "GetResources"). */
export interface ResourceQuery {
  arns: readonly string[]
  tagFilters: ReadonlyArray<{ key: string; values: readonly string[] }>
  typeFilters: readonly string[]
  perPage: number
  /** ARN of the last resource of the page before. */
  after: string | undefined
}

/**
 * Gap: GetResources finds only what was tagged through the tagging API itself, none of the tags that the services keep. AWS finds
 * every tagged resource of the region.
 */
export const taggingGetResources: Mend = {
  id: 'tagging-get-resources',
  gap: 'GetResources finds no tags that were set through the services.',
  service: 'tagging',
  actions: ['GetResources'],
  async handle(request, context) {
    // The emulator checks the signature and the parameters.
    const answer = await context.forward(request)
    if (answer.status !== 200) return answer
    const query = parseQuery(jsonBody(request.body) ?? {})
    if (!query)
      return errorAnswer('json', { status: 400, code: 'PaginationTokenExpiredException', message: 'The pagination token is not valid.' })
    const [own, more, tagged] = await Promise.all([
      listTaggedResources(await context.clients(), { region: context.region, accountId: context.accountId }),
      listMoreTagged(context),
      taggedThroughTheApi(context),
    ])
    const { page, nextToken } = selectPage(merge([...own, ...withTags(more)], tagged), query)
    const list = page.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }))
    return json(200, { PaginationToken: nextToken, ResourceTagMappingList: list }, undefined, [], 'application/x-amz-json-1.1')
  },
}

/** The resources of the page that a query asks for, and the token of the next one (empty: there is none). */
export function selectPage(resources: readonly TaggedResource[], query: ResourceQuery): { page: TaggedResource[]; nextToken: string } {
  const { after, perPage } = query
  const fitting = resources
    .filter((resource) => fits(resource, query))
    .filter(({ arn }) => after === undefined || arn > after)
    .toSorted((a, b) => (a.arn < b.arn ? -1 : 1))
  const page = fitting.slice(0, perPage)
  const last = page.at(-1)
  return { page, nextToken: fitting.length > perPage && last ? Buffer.from(last.arn).toString('base64url') : '' }
}

/** @returns undefined when the pagination token is not one of ours. */
export function parseQuery(body: Record<string, unknown>): ResourceQuery | undefined {
  const token = typeof body['PaginationToken'] === 'string' ? body['PaginationToken'] : ''
  const after = token === '' ? undefined : Buffer.from(token, 'base64url').toString('utf8')
  if (after !== undefined && !after.startsWith('arn:')) return undefined
  const filters = Array.isArray(body['TagFilters']) ? (body['TagFilters'] as Array<{ Key?: string; Values?: string[] }>) : []
  return {
    arns: strings(body['ResourceARNList']),
    tagFilters: filters.map(({ Key = '', Values }) => ({ key: Key, values: strings(Values) })),
    typeFilters: strings(body['ResourceTypeFilters']),
    perPage: typeof body['ResourcesPerPage'] === 'number' ? body['ResourcesPerPage'] : 100,
    after,
  }
}

function fits({ arn, tags }: TaggedResource, { arns, tagFilters, typeFilters }: ResourceQuery): boolean {
  const [, , service = '', , , resource = ''] = arn.split(':')
  // An S3 ARN has no resource type; AWS takes both s3 and s3:bucket.
  const type = service === 's3' ? 's3:bucket' : `${service}:${resource.split('/')[0] ?? ''}`
  return (
    (arns.length === 0 || arns.includes(arn)) &&
    (typeFilters.length === 0 || typeFilters.includes(service) || typeFilters.includes(type)) &&
    tagFilters.every(({ key, values }) => Object.hasOwn(tags, key) && (values.length === 0 || values.includes(tags[key] ?? '')))
  )
}

/** Tags that TagResources set. The emulator keeps them apart from the services' own. */
async function taggedThroughTheApi(context: MendContext): Promise<TaggedResource[]> {
  const { paginateGetResources } = await import('@aws-sdk/client-resource-groups-tagging-api')
  const found: TaggedResource[] = []
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client: await (await context.clients()).tagging() }, {})) {
    for (const { ResourceARN, Tags = [] } of ResourceTagMappingList) {
      if (ResourceARN !== undefined)
        found.push({ arn: ResourceARN, tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])) })
    }
  }
  return found
}

function withTags(resources: readonly TaggedResource[]): TaggedResource[] {
  return resources.filter(({ tags }) => Object.keys(tags).length > 0)
}

function merge(own: readonly TaggedResource[], tagged: readonly TaggedResource[]): TaggedResource[] {
  const byArn = new Map(own.map((resource) => [resource.arn, resource]))
  for (const { arn, tags } of tagged) byArn.set(arn, { arn, tags: { ...byArn.get(arn)?.tags, ...tags } })
  return [...byArn.values()]
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
