import { randomBytes } from 'node:crypto'
import type { MendContext } from '../../mends/mend.js'
import type { QueryInput, XmlValue } from '../query-protocol.js'
import { ServiceError } from '../service-error.js'
import { changeManagedSecret, family, identifier, textOf } from './instances.js'
import { CLUSTERS, find, INSTANCES, keyOf, place } from './keeping.js'
import { createManagedSecret, deleteManagedSecret } from './managed-secret.js'
import { logExports, plainFields, tagList, tagsOf, textIn, type Database } from './shapes.js'
import { keepFinalSnapshot, restoredFields } from './snapshots.js'
import { assertClusterParameterGroup, fullVersion, keyFields, subnetGroup } from './surroundings.js'

export async function createCluster(input: QueryInput, context: MendContext): Promise<XmlValue> {
  return makeCluster(input, context, {})
}

/** RestoreDBClusterFromSnapshot: what the snapshot says, and the call does not. */
export async function restoreCluster(input: QueryInput, context: MendContext): Promise<XmlValue> {
  return makeCluster(input, context, await restoredFields('cluster', input.text('SnapshotIdentifier') ?? '', context))
}

async function makeCluster(input: QueryInput, context: MendContext, restored: Record<string, XmlValue>): Promise<XmlValue> {
  const id = identifier(input, 'DBClusterIdentifier')
  const { region, accountId } = place(context)
  const arn = `arn:aws:rds:${region}:${accountId}:cluster:${id}`
  const engine = input.text('Engine') ?? textOf(restored['Engine']) ?? 'aurora-postgresql'
  const version = await fullVersion(engine, input.text('EngineVersion') ?? textOf(restored['EngineVersion']), context)
  const database: Database = {
    tags: tagsOf(input),
    shape: {
      ...defaults(region, engine),
      ...restored,
      DBClusterIdentifier: id,
      DBClusterArn: arn,
      DbClusterResourceId: `cluster-${randomBytes(13).toString('hex').toUpperCase()}`,
      Status: 'available',
      ClusterCreateTime: new Date().toISOString(),
      Endpoint: `${id}.cluster.${region}.rds.sandbox.invalid`,
      ReaderEndpoint: `${id}.cluster-ro.${region}.rds.sandbox.invalid`,
      ...plainFields('cluster', input),
      ...(await keyFields(input, context)),
      ...(await groupFields(input, `default.${family(engine, version)}`, context)),
      EngineVersion: version,
      EnabledCloudwatchLogsExports: logExports(input, undefined),
    },
  }
  return context.shelf.update<Database, XmlValue>(CLUSTERS, async (kept) => {
    const key = keyOf(region, id)
    if (kept.has(key)) throw new ServiceError('DBClusterAlreadyExistsFault', 'DB Cluster already exists')
    if (input.isTrue('ManageMasterUserPassword')) {
      const owner = {
        kind: 'cluster' as const,
        arn,
        username: input.text('MasterUsername') ?? textOf(restored['MasterUsername']) ?? 'postgres',
      }
      database.shape['MasterUserSecret'] = await createManagedSecret(input, owner, context)
    }
    kept.set(key, database)
    return { DBCluster: { ...clusterXml(database, []), Status: 'creating' } }
  })
}

/** ModifyDBCluster. Everything is applied at once, whatever the maintenance window. */
export async function modifyCluster(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const id = identifier(input, 'DBClusterIdentifier')
  if (input.has('NewDBClusterIdentifier')) throw new ServiceError('InvalidParameterCombination', 'Clusters are not renamed in the sandbox.')
  const changes = {
    ...plainFields('cluster', input),
    ...(await keyFields(input, context)),
    ...(await groupFields(input, undefined, context)),
  }
  const changed = await context.shelf.update<Database, Database>(CLUSTERS, async (kept) => {
    const database = existing(kept, context.region, id)
    const { shape } = database
    Object.assign(shape, changes)
    const version = input.text('EngineVersion')
    if (version !== undefined) shape['EngineVersion'] = await fullVersion(textIn(database, 'Engine'), version, context)
    shape['EnabledCloudwatchLogsExports'] =
      logExports(input, shape['EnabledCloudwatchLogsExports']) ?? shape['EnabledCloudwatchLogsExports']
    await changeManagedSecret(input, database, { kind: 'cluster', arn: textIn(database, 'DBClusterArn') }, context)
    return database
  })
  const members = await membersOf(id, context)
  if (input.has('EngineVersion')) await upgradeMembers(id, textIn(changed, 'EngineVersion'), context)
  return { DBCluster: clusterXml(changed, members) }
}

export async function deleteCluster(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const id = identifier(input, 'DBClusterIdentifier')
  const members = await membersOf(id, context)
  return context.shelf.update<Database, XmlValue>(CLUSTERS, async (kept) => {
    const database = existing(kept, context.region, id)
    if (database.shape['DeletionProtection'] === 'true') {
      throw new ServiceError(
        'InvalidParameterCombination',
        'Cannot delete protected Cluster, please disable deletion protection and try again.',
      )
    }
    if (members.length > 0) {
      throw new ServiceError(
        'InvalidDBClusterStateFault',
        'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
      )
    }
    await keepFinalSnapshot('cluster', input, database, context)
    await deleteManagedSecret(database.shape['MasterUserSecret'], context)
    kept.delete(keyOf(context.region, id))
    return { DBCluster: { ...clusterXml(database, []), Status: 'deleting' } }
  })
}

/** DescribeDBClusters: all of the region, one by its identifier, or those that pass the filters. */
export async function describeClusters(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const wanted = input.text('DBClusterIdentifier')
  const found = await find(CLUSTERS, input, context, {
    'db-cluster-id': 'DBClusterIdentifier',
    'db-cluster-resource-id': 'DbClusterResourceId',
    engine: 'Engine',
  })
  const fitting = found.filter(
    ({ shape }) => wanted === undefined || shape['DBClusterIdentifier'] === wanted || shape['DBClusterArn'] === wanted,
  )
  if (wanted !== undefined && fitting.length === 0) throw notFound(wanted)
  const clusters = fitting.map(async (cluster) => clusterXml(cluster, await membersOf(textIn(cluster, 'DBClusterIdentifier'), context)))
  return { DBClusters: { DBCluster: await Promise.all(clusters) } }
}

function clusterXml({ shape, tags }: Database, members: readonly Database[]): Record<string, XmlValue> {
  return {
    ...shape,
    DBClusterMembers: {
      DBClusterMember: members.map((member, index) => ({
        DBInstanceIdentifier: member.shape['DBInstanceIdentifier'],
        // The oldest member writes, until it goes.
        IsClusterWriter: index === 0,
        DBClusterParameterGroupStatus: 'in-sync',
        PromotionTier: member.shape['PromotionTier'],
      })),
    },
    TagList: tagList(tags),
  }
}

async function membersOf(id: string, { region, shelf }: MendContext): Promise<Database[]> {
  const instances = await shelf.all<Database>(INSTANCES)
  return [...instances]
    .filter(([key, { shape }]) => key.startsWith(`${region}/`) && shape['DBClusterIdentifier'] === id)
    .map(([, member]) => member)
}

async function upgradeMembers(id: string, version: string, { region, shelf }: MendContext): Promise<void> {
  await shelf.update<Database, void>(INSTANCES, (kept) => {
    for (const [key, { shape }] of kept)
      if (key.startsWith(`${region}/`) && shape['DBClusterIdentifier'] === id) shape['EngineVersion'] = version
  })
}

function existing(kept: ReadonlyMap<string, Database>, region: string, id: string): Database {
  const database = kept.get(keyOf(region, id))
  if (!database) throw notFound(id)
  return database
}

function notFound(id: string): ServiceError {
  return new ServiceError('DBClusterNotFoundFault', `DBCluster ${id} not found.`, 404)
}

/** The parameter and subnet group that a call names; `fallback` is the parameter group of a new cluster. */
async function groupFields(input: QueryInput, fallback: string | undefined, context: MendContext): Promise<Record<string, XmlValue>> {
  const fields: Record<string, XmlValue> = {}
  const parameterGroup = input.text('DBClusterParameterGroupName') ?? fallback
  if (parameterGroup !== undefined) {
    await assertClusterParameterGroup(parameterGroup, context)
    fields['DBClusterParameterGroup'] = parameterGroup
  }
  const group = input.text('DBSubnetGroupName')
  if (group !== undefined) fields['DBSubnetGroup'] = (await subnetGroup(group, context))['DBSubnetGroupName']
  return fields
}

function defaults(region: string, engine: string): Record<string, XmlValue> {
  return {
    AllocatedStorage: 1,
    AvailabilityZones: { AvailabilityZone: ['a', 'b', 'c'].map((zone) => region + zone) },
    AutoMinorVersionUpgrade: true,
    BackupRetentionPeriod: 1,
    ClusterScalabilityType: 'standard',
    CopyTagsToSnapshot: false,
    DatabaseInsightsMode: 'standard',
    DeletionProtection: false,
    EngineLifecycleSupport: 'open-source-rds-extended-support',
    EngineMode: 'provisioned',
    HostedZoneId: 'Z29XKXDKYMONMX',
    HttpEndpointEnabled: false,
    IAMDatabaseAuthenticationEnabled: false,
    NetworkType: 'IPV4',
    Port: engine.includes('postgres') ? 5432 : 3306,
    PreferredBackupWindow: '04:00-04:30',
    PreferredMaintenanceWindow: 'sun:05:00-sun:05:30',
    StorageEncrypted: false,
  }
}
