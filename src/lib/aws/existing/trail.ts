import { unlessMissing } from '../explain-error.js'
import { partitionOf } from '../partition.js'
import { candidate, ownerOf, tagMap, text, type Finder } from './finding.js'

/** Import id: the ARN. A name is unique in its region. */
export const findTrail: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { GetTrailCommand, ListTagsCommand } = await import('@aws-sdk/client-cloudtrail')
  const client = await finding.clients.cloudTrail()
  const arn = (await unlessMissing(client.send(new GetTrailCommand({ Name: name })), 'TrailNotFound*'))?.Trail?.TrailARN
  if (arn === undefined) return []
  const { ResourceTagList } = await client.send(new ListTagsCommand({ ResourceIdList: [arn] }))
  const tags = ResourceTagList?.find(({ ResourceId }) => ResourceId === arn)?.TagsList
  return ownerOf(tagMap(tags), finding.scope) === 'ours' ? [candidate(arn)] : []
}

/** Import id: the name. */
export const findWorkgroup: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { GetWorkGroupCommand, ListTagsForResourceCommand } = await import('@aws-sdk/client-athena')
  const client = await finding.clients.athena()
  const found = await unlessMissing(client.send(new GetWorkGroupCommand({ WorkGroup: name })), 'InvalidRequestException', 'ResourceNotFound*')
  if (!found?.WorkGroup) return []
  const { accountId, region } = finding.clients.connection
  const ResourceARN = `arn:${partitionOf(region)}:athena:${region}:${accountId}:workgroup/${name}`
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }))
  return ownerOf(tagMap(Tags), finding.scope) === 'ours' ? [candidate(name)] : []
}

/** Import id: CATALOG:DATABASE. The catalogue is the account's. */
export const findDatabase: Finder = async (finding, values) => {
  const Name = text(values, 'name')
  if (Name === undefined) return []
  const { GetDatabaseCommand, GetTagsCommand } = await import('@aws-sdk/client-glue')
  const client = await finding.clients.glue()
  const found = await unlessMissing(client.send(new GetDatabaseCommand({ Name })), 'EntityNotFound*')
  if (!found?.Database) return []
  const { accountId, region } = finding.clients.connection
  const ResourceArn = `arn:${partitionOf(region)}:glue:${region}:${accountId}:database/${Name}`
  const answer = await unlessMissing(client.send(new GetTagsCommand({ ResourceArn })), 'EntityNotFound*')
  return ownerOf(answer?.Tags, finding.scope) === 'other' ? [] : [candidate(`${accountId}:${Name}`)]
}

/** Import id: CATALOG:DATABASE:TABLE. */
const table: Finder = async (finding, values) => {
  const Name = text(values, 'name')
  const DatabaseName = text(values, 'database_name')
  if (Name === undefined || DatabaseName === undefined) return []
  const { GetTableCommand } = await import('@aws-sdk/client-glue')
  const found = await unlessMissing((await finding.clients.glue()).send(new GetTableCommand({ DatabaseName, Name })), 'EntityNotFound*')
  return found?.Table ? [candidate(`${finding.clients.connection.accountId}:${DatabaseName}:${Name}`)] : []
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const trailFinders: Readonly<Record<string, Finder>> = {
  aws_cloudtrail: findTrail,
  aws_athena_workgroup: findWorkgroup,
  aws_glue_catalog_database: findDatabase,
  aws_glue_catalog_table: table,
}
