import type { DBInstance, Tag } from '@aws-sdk/client-rds'
import { unlessMissing } from '../explain-error.js'
import { phaseOf, tagMap, text, type Candidate, type Finder, type Finding } from './finding.js'
import { ifOurs } from './owned.js'

const sdk = () => import('@aws-sdk/client-rds')

/** Import id: the identifier. */
function instance(fits: (found: DBInstance) => boolean): Finder {
  return async (finding, values) => {
    const id = text(values, 'identifier')
    if (id === undefined) return []
    const { DescribeDBInstancesCommand } = await sdk()
    const call = (await finding.clients.rds()).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))
    const answer = await unlessMissing(call, 'DBInstanceNotFound*')
    const found = answer?.DBInstances?.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id)
    return found && fits(found) ? database(finding, id, found.DBInstanceStatus, found.TagList) : []
  }
}

/** Import id: the identifier. */
const cluster: Finder = async (finding, values) => {
  const id = text(values, 'cluster_identifier')
  if (id === undefined) return []
  const { DescribeDBClustersCommand } = await sdk()
  const call = (await finding.clients.rds()).send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))
  const found = (await unlessMissing(call, 'DBClusterNotFound*'))?.DBClusters?.find(({ DBClusterIdentifier }) => DBClusterIdentifier === id)
  return found ? database(finding, id, found.Status, found.TagList) : []
}

/** A database that failed still holds data or its backups: it is taken as it is, and never replaced without a person who asks for it. */
async function database(finding: Finding, id: string, state: string | undefined, tags: Tag[] | undefined): Promise<Candidate[]> {
  const found = await ifOurs(finding, { importId: id, state }, () => Promise.resolve(tagMap(tags)))
  return found.map((each) =>
    phaseOf(state) === 'failed' ? { ...each, phase: 'ready', note: `The database is in state ${state ?? 'failed'}.` } : each,
  )
}

type Rds = Awaited<ReturnType<Finding['clients']['rds']>>

/** Import id: the name. @param arnOf the ARN of the group of this name, undefined when there is none. */
function group(arnOf: (client: Rds, name: string) => Promise<string | undefined>): Finder {
  return async (finding, values) => {
    const name = text(values, 'name')
    if (name === undefined) return []
    const { ListTagsForResourceCommand } = await sdk()
    const client = await finding.clients.rds()
    const ResourceName = await arnOf(client, name)
    if (ResourceName === undefined) return []
    return ifOurs(finding, { importId: name }, async () =>
      tagMap((await client.send(new ListTagsForResourceCommand({ ResourceName }))).TagList),
    )
  }
}

const subnetGroup = group(async (client, name) => {
  const { DescribeDBSubnetGroupsCommand } = await sdk()
  const answer = await unlessMissing(client.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name })), 'DBSubnetGroupNotFound*')
  return answer?.DBSubnetGroups?.find(({ DBSubnetGroupName }) => DBSubnetGroupName === name)?.DBSubnetGroupArn
})

const parameterGroup = group(async (client, name) => {
  const { DescribeDBParameterGroupsCommand } = await sdk()
  const command = new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name })
  const answer = await unlessMissing(client.send(command), 'DBParameterGroupNotFound*')
  return answer?.DBParameterGroups?.find(({ DBParameterGroupName }) => DBParameterGroupName === name)?.DBParameterGroupArn
})

const clusterParameterGroup = group(async (client, name) => {
  const { DescribeDBClusterParameterGroupsCommand } = await sdk()
  const command = new DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: name })
  const answer = await unlessMissing(client.send(command), ...NO_CLUSTER_PARAMETER_GROUP)
  return answer?.DBClusterParameterGroups?.find(({ DBClusterParameterGroupName }) => DBClusterParameterGroupName === name)
    ?.DBClusterParameterGroupArn
})

/** AWS answers with the name of the other kind of group (API Reference, DescribeDBClusterParameterGroups); the emulator with its own. */
const NO_CLUSTER_PARAMETER_GROUP = ['DBParameterGroupNotFound*', 'DBClusterParameterGroupNotFound*']

/** Import id: the name. */
const table: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { DescribeTableCommand, ListTagsOfResourceCommand } = await import('@aws-sdk/client-dynamodb')
  const client = await finding.clients.dynamoDb()
  const found = (await unlessMissing(client.send(new DescribeTableCommand({ TableName: name })), 'ResourceNotFoundException'))?.Table
  const arn = found?.TableArn
  if (arn === undefined) return []
  return ifOurs(finding, { importId: name, state: found?.TableStatus }, async () =>
    tagMap((await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn }))).Tags),
  )
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const databaseFinders: Readonly<Record<string, Finder>> = {
  aws_db_instance: instance(({ DBClusterIdentifier }) => DBClusterIdentifier === undefined),
  aws_db_parameter_group: parameterGroup,
  aws_db_subnet_group: subnetGroup,
  aws_dynamodb_table: table,
  aws_rds_cluster: cluster,
  aws_rds_cluster_parameter_group: clusterParameterGroup,
  aws_rds_cluster_instance: instance(({ DBClusterIdentifier }) => DBClusterIdentifier !== undefined),
}
