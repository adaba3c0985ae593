import type { ListResourceRecordSetsCommandInput, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { mapLimited } from '../waiting.js'
import { candidate, collect, ownerOf, resourceTag, tagMap, text, type Finder, type Finding, type Tags } from './finding.js'

const AT_ONCE = 4

/** `/hostedzone/Z1` → `Z1`. */
const plainId = (id = ''): string => id.replace(/^\/hostedzone\//, '')

/** A domain can have several zones, so the tag decides. Import id: the id of the zone. */
const zone: Finder = async (finding, values) => {
  const tag = resourceTag(values)
  const name = text(values, 'name')
  if (tag === undefined || name === undefined) return []
  const { ListTagsForResourceCommand, paginateListHostedZones } = await import('@aws-sdk/client-route-53')
  const client = await finding.clients.route53()
  const zones = await finding.cached('route53/zones', async () =>
    collect(paginateListHostedZones({ client }, {}), (page) => page.HostedZones),
  )
  const namesakes = zones.filter(({ Name }) => Name === `${name}.`).map(({ Id }) => plainId(Id))
  const tagged = await mapLimited(namesakes, AT_ONCE, async (ResourceId) => {
    const command = new ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId })
    return { id: ResourceId, tags: tagMap((await client.send(command)).ResourceTagSet?.Tags) }
  })
  return ours(finding, tagged, tag).map(({ id }) => candidate(id))
}

/** Import id: ZONEID_NAME_TYPE. */
const record: Finder = async (finding, values) => {
  const zoneId = text(values, 'zone_id')
  const name = text(values, 'name')?.replace(/\.$/, '')
  const type = text(values, 'type')
  if (zoneId === undefined || name === undefined || type === undefined) return []
  const sets = await finding.cached(`route53/records/${zoneId}`, () => recordsOf(finding, zoneId))
  return sets.some(({ Name, Type }) => Name === `${name}.` && Type === type) ? [candidate(`${zoneId}_${name}_${type}`)] : []
}

/** The pages of a zone name where the next one begins, so the SDK has no paginator for them. */
async function recordsOf(finding: Finding, HostedZoneId: string): Promise<ResourceRecordSet[]> {
  const { ListResourceRecordSetsCommand } = await import('@aws-sdk/client-route-53')
  const client = await finding.clients.route53()
  const sets: ResourceRecordSet[] = []
  let next: Pick<ListResourceRecordSetsCommandInput, 'StartRecordName' | 'StartRecordType' | 'StartRecordIdentifier'> = {}
  for (;;) {
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...next }))
    sets.push(...(page.ResourceRecordSets ?? []))
    if (page.IsTruncated !== true) return sets
    next = { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType, StartRecordIdentifier: page.NextRecordIdentifier }
  }
}

/** A domain can have several certificates, so the tag decides. Import id: the ARN. */
const certificate: Finder = async (finding, values) => {
  const tag = resourceTag(values)
  const domain = text(values, 'domain_name')
  if (tag === undefined || domain === undefined) return []
  const { ListTagsForCertificateCommand, paginateListCertificates } = await import('@aws-sdk/client-acm')
  const client = await finding.clients.acm()
  const all = await finding.cached('acm/certificates', async () =>
    collect(paginateListCertificates({ client }, {}), (page) => page.CertificateSummaryList),
  )
  const namesakes = all.flatMap(({ DomainName, CertificateArn, Status }) =>
    DomainName === domain && CertificateArn !== undefined ? [{ id: CertificateArn, status: Status }] : [],
  )
  const tagged = await mapLimited(namesakes, AT_ONCE, async ({ id, status }) => {
    const { Tags } = await client.send(new ListTagsForCertificateCommand({ CertificateArn: id }))
    return { id, status, tags: tagMap(Tags) }
  })
  // One whose validation failed or timed out is never issued: it stays aside, and a new one is asked for.
  return ours(finding, tagged, tag).flatMap(({ id, status }) =>
    status === 'ISSUED' || status === 'PENDING_VALIDATION' ? [candidate(id)] : [],
  )
}

function ours<Item extends { tags: Tags }>(finding: Finding, items: readonly Item[], tag: string): Item[] {
  return items.filter(({ tags }) => tags['platform:resource'] === tag && ownerOf(tags, finding.scope) === 'ours')
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const dnsFinders: Readonly<Record<string, Finder>> = {
  aws_route53_zone: zone,
  aws_route53_record: record,
  aws_acm_certificate: certificate,
  // Nothing in AWS: only waiting.
  aws_acm_certificate_validation: () => Promise.resolve([]),
}
