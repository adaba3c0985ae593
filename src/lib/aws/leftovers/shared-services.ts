import { SHARED_NAME } from '../../core/names.js'
import { findAnalyzer } from '../existing/account.js'
import { collect, ownerOf, tagMap, type Finding } from '../existing/finding.js'
import { findDatabase, findTrail, findWorkgroup } from '../existing/trail.js'
import { mapLimited } from '../waiting.js'
import { findLockedRecords } from './locked-records.js'
import { arnOf, type Found, type LeftoverClients, type LeftoverScope } from './found.js'

const AT_ONCE = 4
const TAGGED = 'It carries the tags of what environments share.'
const NAMED = 'It has the name of what environments share.'

/** What environments share, asked of each service: the tagging API does not know all of it. Nothing in any other scope. */
export async function sharedLeftovers(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<Found[]> {
  if (scope.environment !== SHARED_NAME) return []
  const lists = await Promise.all([
    repositories(clients, scope),
    trail(finding, scope),
    queries(clients, finding, scope),
    zones(clients, scope),
    certificates(clients, scope),
    analyzer(clients, finding, scope),
    records(clients, scope),
  ])
  return lists.flat()
}

/** Whether `sharedLeftovers` would have found this one: those with many in an account it lists by their tags, the others it knows by name. */
export function isListedOfShared({ service, resource }: { service: string; resource: string }, scope: LeftoverScope): boolean {
  if (scope.environment !== SHARED_NAME) return false
  if (['acm', 'route53'].includes(service)) return true
  if (service === 'ecr') return resource.startsWith(`repository/${scope.platform}/`)
  const names = [`trail/${nameOf(scope)}`, `workgroup/${workgroupOf(scope)}`, `database/${databaseOf(scope)}`, `analyzer/${nameOf(scope)}`]
  return names.includes(resource)
}

async function repositories(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const { ListTagsForResourceCommand, paginateDescribeRepositories } = await import('@aws-sdk/client-ecr')
  const client = await clients.ecr()
  const all = await collect(paginateDescribeRepositories({ client }, {}), (page) => page.repositories)
  const named = all.filter(({ repositoryName }) => repositoryName?.startsWith(`${scope.platform}/`))
  return tagged(
    named.flatMap(({ repositoryArn }) => repositoryArn ?? []),
    'ecr:repository',
    scope,
    async (resourceArn) => tagMap((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags),
  )
}

async function zones(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const { ListTagsForResourceCommand, paginateListHostedZones } = await import('@aws-sdk/client-route-53')
  const client = await clients.route53()
  const all = await collect(paginateListHostedZones({ client }, {}), (page) => page.HostedZones)
  const found = await tagged(
    all.flatMap(({ Id }) => Id?.replace(/^\/hostedzone\//, '') ?? []),
    'route53:hostedzone',
    scope,
    async (ResourceId) => {
      const command = new ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId })
      return tagMap((await client.send(command)).ResourceTagSet?.Tags)
    },
  )
  // The ARN of a zone names neither region nor account.
  const partition = arnOf(clients, 'route53', '').split(':')[1] ?? 'aws'
  return found.map((each) => ({ ...each, arn: `arn:${partition}:route53:::hostedzone/${each.arn}` }))
}

async function certificates(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const { ListTagsForCertificateCommand, paginateListCertificates } = await import('@aws-sdk/client-acm')
  const client = await clients.acm()
  const all = await collect(paginateListCertificates({ client }, {}), (page) => page.CertificateSummaryList)
  return tagged(
    all.flatMap(({ CertificateArn }) => CertificateArn ?? []),
    'acm:certificate',
    scope,
    async (CertificateArn) => tagMap((await client.send(new ListTagsForCertificateCommand({ CertificateArn }))).Tags),
  )
}

async function tagged(
  arns: readonly string[],
  type: string,
  scope: LeftoverScope,
  tagsOf: (arn: string) => Promise<Readonly<Record<string, string>>>,
): Promise<Found[]> {
  const all = await mapLimited(arns, AT_ONCE, async (arn) => ({ arn, ours: ownerOf(await tagsOf(arn), scope) === 'ours' }))
  return all.filter(({ ours }) => ours).map(({ arn }) => ({ arn, type, reason: TAGGED }))
}

async function trail(finding: Finding, scope: LeftoverScope): Promise<Found[]> {
  const found = await findTrail(finding, { name: nameOf(scope) })
  return found.map(({ importId }) => ({ arn: importId, type: 'cloudtrail:trail', reason: NAMED }))
}

/** The bucket of the trail while it holds records. An empty one is found by its tags. */
async function records(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const locked = await findLockedRecords(clients, scope)
  return locked ? [{ arn: locked.arn, type: 's3:bucket', reason: locked.reason, retainedUntil: locked.until }] : []
}

async function queries(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<Found[]> {
  const workgroup = workgroupOf(scope)
  const database = databaseOf(scope)
  const [workgroups, databases] = await Promise.all([
    findWorkgroup(finding, { name: workgroup }),
    findDatabase(finding, { name: database }),
  ])
  return [
    ...workgroups.map(() => ({ arn: arnOf(clients, 'athena', `workgroup/${workgroup}`), type: 'athena:workgroup', reason: NAMED })),
    ...databases.map(() => ({ arn: arnOf(clients, 'glue', `database/${database}`), type: 'glue:database', reason: NAMED })),
  ]
}

async function analyzer(clients: LeftoverClients, finding: Finding, scope: LeftoverScope): Promise<Found[]> {
  const name = nameOf(scope)
  const found = await findAnalyzer(finding, { analyzer_name: name })
  return found.map(() => ({ arn: arnOf(clients, 'access-analyzer', `analyzer/${name}`), type: 'access-analyzer:analyzer', reason: NAMED }))
}

const nameOf = ({ platform, environment }: LeftoverScope): string => `${platform}-${environment}`
const workgroupOf = (scope: LeftoverScope): string => `${nameOf(scope)}-trail`
const databaseOf = (scope: LeftoverScope): string => `${nameOf(scope).replaceAll('-', '_')}_trail`
