import { randomBytes } from 'node:crypto'
import type { MendContext } from '../../mends/mend.js'
import type { QueryInput, XmlValue } from '../query-protocol.js'
import { ServiceError } from '../service-error.js'
import { CLUSTERS, find, INSTANCES, keyOf, place, type Place } from './keeping.js'
import { createManagedSecret, deleteManagedSecret } from './managed-secret.js'
import { logExports, plainFields, tagList, tagsOf, textIn, type Database } from './shapes.js'
import { keepFinalSnapshot, restoredFields } from './snapshots.js'
import { assertInstanceParameterGroup, fullVersion, keyFields, subnetGroup } from './surroundings.js'

const PORTS: Readonly<Record<string, string>> = { postgres: '5432', mysql: '3306', mariadb: '3306' }

/** CreateDBInstance: a database of its own, or a member of a cluster. */
export async function createInstance(input: QueryInput, context: MendContext): Promise<XmlValue> {
  return makeInstance(input, context, {})
}

/** RestoreDBInstanceFromDBSnapshot: what the snapshot says, and the call does not. The key is always that of the snapshot. */
export async function restoreInstance(input: QueryInput, context: MendContext): Promise<XmlValue> {
  return makeInstance(input, context, await restoredFields('instance', input.text('DBSnapshotIdentifier') ?? '', context))
}

async function makeInstance(input: QueryInput, context: MendContext, restored: Record<string, XmlValue>): Promise<XmlValue> {
  const id = identifier(input, 'DBInstanceIdentifier')
  const at = place(context)
  const cluster = await clusterOf(input, context)
  const arn = `arn:aws:rds:${at.region}:${at.accountId}:db:${id}`
  const engine = input.text('Engine') ?? textOf(restored['Engine']) ?? 'postgres'
  const version = cluster
    ? textIn(cluster, 'EngineVersion')
    : await fullVersion(engine, input.text('EngineVersion') ?? textOf(restored['EngineVersion']), context)
  const fields = {
    ...defaults(at, engine),
    ...restored,
    ...(cluster ? fromCluster(cluster) : {}),
    ...plainFields('instance', input),
    ...(await keyFields(input, context)),
    ...(await groupFields(input, `default.${family(engine, version)}`, context)),
    EngineVersion: version,
    EnabledCloudwatchLogsExports: logExports(input, undefined),
  }
  const port = input.text('Port') ?? (cluster ? textIn(cluster, 'Port') : (PORTS[engine] ?? '5432'))
  const database: Database = {
    tags: tagsOf(input),
    shape: {
      DBInstanceIdentifier: id,
      DBInstanceArn: arn,
      DbiResourceId: `db-${randomBytes(13).toString('hex').toUpperCase()}`,
      DBInstanceStatus: 'available',
      InstanceCreateTime: new Date().toISOString(),
      Endpoint: { Address: `${id}.${at.region}.rds.sandbox.invalid`, Port: port, HostedZoneId: 'Z29XKXDKYMONMX' },
      ...fields,
    },
  }
  return context.shelf.update<Database, XmlValue>(INSTANCES, async (kept) => {
    const key = keyOf(at.region, id)
    if (kept.has(key)) throw new ServiceError('DBInstanceAlreadyExists', 'DB instance already exists')
    if (input.isTrue('ManageMasterUserPassword')) {
      const owner = { kind: 'db' as const, arn, username: input.text('MasterUsername') ?? textOf(restored['MasterUsername']) ?? 'postgres' }
      database.shape['MasterUserSecret'] = await createManagedSecret(input, owner, context)
    }
    kept.set(key, database)
    return { DBInstance: { ...instanceXml(database), DBInstanceStatus: 'creating' } }
  })
}

/** ModifyDBInstance. Everything is applied at once, whatever the maintenance window. */
export async function modifyInstance(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const { region } = place(context)
  const id = identifier(input, 'DBInstanceIdentifier')
  const changes = {
    ...plainFields('instance', input),
    ...(await keyFields(input, context)),
    ...(await groupFields(input, undefined, context)),
  }
  return context.shelf.update<Database, XmlValue>(INSTANCES, async (kept) => {
    const database = existing(kept, region, id)
    const { shape } = database
    Object.assign(shape, changes)
    const version = input.text('EngineVersion')
    if (version !== undefined) shape['EngineVersion'] = await fullVersion(textIn(database, 'Engine'), version, context)
    shape['EnabledCloudwatchLogsExports'] =
      logExports(input, shape['EnabledCloudwatchLogsExports']) ?? shape['EnabledCloudwatchLogsExports']
    if (input.has('DBPortNumber')) shape['Endpoint'] = { ...(shape['Endpoint'] as object), Port: input.text('DBPortNumber') }
    await changeManagedSecret(input, database, { kind: 'db', arn: textIn(database, 'DBInstanceArn') }, context)
    const renamed = input.text('NewDBInstanceIdentifier')
    if (renamed !== undefined && renamed !== id) {
      if (kept.has(keyOf(region, renamed))) throw new ServiceError('DBInstanceAlreadyExists', 'DB instance already exists')
      kept.delete(keyOf(region, id))
      shape['DBInstanceIdentifier'] = renamed
      shape['DBInstanceArn'] = textIn(database, 'DBInstanceArn').replace(/[^:]+$/, renamed)
      kept.set(keyOf(region, renamed), database)
    }
    return { DBInstance: instanceXml(database) }
  })
}

export async function deleteInstance(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const { region } = place(context)
  const id = identifier(input, 'DBInstanceIdentifier')
  return context.shelf.update<Database, XmlValue>(INSTANCES, async (kept) => {
    const database = existing(kept, region, id)
    if (database.shape['DeletionProtection'] === 'true') {
      throw new ServiceError(
        'InvalidParameterCombination',
        'Cannot delete protected DB Instance, please disable deletion protection and try again.',
      )
    }
    if (database.shape['DBClusterIdentifier'] === undefined) await keepFinalSnapshot('instance', input, database, context)
    await deleteManagedSecret(database.shape['MasterUserSecret'], context)
    kept.delete(keyOf(region, id))
    return { DBInstance: { ...instanceXml(database), DBInstanceStatus: 'deleting' } }
  })
}

export async function rebootInstance(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const id = identifier(input, 'DBInstanceIdentifier')
  return { DBInstance: instanceXml(existing(await context.shelf.all(INSTANCES), place(context).region, id)) }
}

/** DescribeDBInstances: all of the region, one by its identifier, or those that pass the filters. */
export async function describeInstances(input: QueryInput, context: MendContext): Promise<XmlValue> {
  const wanted = input.text('DBInstanceIdentifier')
  const found = await find(INSTANCES, input, context, {
    'db-instance-id': 'DBInstanceIdentifier',
    'dbi-resource-id': 'DbiResourceId',
    'db-cluster-id': 'DBClusterIdentifier',
    engine: 'Engine',
  })
  const fitting = found.filter(
    ({ shape }) => wanted === undefined || shape['DBInstanceIdentifier'] === wanted || shape['DBInstanceArn'] === wanted,
  )
  if (wanted !== undefined && fitting.length === 0) throw notFound(wanted)
  return { DBInstances: { DBInstance: fitting.map(instanceXml) } }
}

/** Turns the management of the password by AWS on or off, as a modify call says. */
export async function changeManagedSecret(
  input: QueryInput,
  database: Database,
  owner: { kind: 'db' | 'cluster'; arn: string },
  context: MendContext,
): Promise<void> {
  const { shape } = database
  const wanted = input.text('ManageMasterUserPassword')
  if (wanted === 'true' && shape['MasterUserSecret'] === undefined) {
    shape['MasterUserSecret'] = await createManagedSecret(input, { ...owner, username: textIn(database, 'MasterUsername') }, context)
  }
  if (wanted === 'false') {
    await deleteManagedSecret(shape['MasterUserSecret'], context)
    delete shape['MasterUserSecret']
  }
}

/** @throws `InvalidParameterValue` for an identifier that AWS would refuse. */
export function identifier(input: QueryInput, parameter: string): string {
  const id = (input.text(parameter) ?? '').toLowerCase()
  if (/^[a-z](?:-?[a-z0-9])*$/.test(id) && id.length <= 63) return id
  throw new ServiceError(
    'InvalidParameterValue',
    `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
  )
}

/** A field of a snapshot as text. */
export function textOf(value: XmlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function instanceXml({ shape, tags }: Database): Record<string, XmlValue> {
  return { ...shape, TagList: tagList(tags) }
}

function existing(kept: ReadonlyMap<string, Database>, region: string, id: string): Database {
  const database = kept.get(keyOf(region, id))
  if (!database) throw notFound(id)
  return database
}

function notFound(id: string): ServiceError {
  return new ServiceError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404)
}

async function clusterOf(input: QueryInput, context: MendContext): Promise<Database | undefined> {
  const id = input.text('DBClusterIdentifier')
  if (id === undefined) return undefined
  const cluster = (await context.shelf.all<Database>(CLUSTERS)).get(keyOf(context.region, id))
  if (!cluster) throw new ServiceError('DBClusterNotFoundFault', `DBCluster ${id} not found.`, 404)
  return cluster
}

/** The parameter, option and subnet group that a call names; `fallback` is the parameter group of a new database. */
async function groupFields(input: QueryInput, fallback: string | undefined, context: MendContext): Promise<Record<string, XmlValue>> {
  const fields: Record<string, XmlValue> = {}
  const parameterGroup = input.text('DBParameterGroupName') ?? fallback
  if (parameterGroup !== undefined) {
    await assertInstanceParameterGroup(parameterGroup, context)
    fields['DBParameterGroups'] = { DBParameterGroup: [{ DBParameterGroupName: parameterGroup, ParameterApplyStatus: 'in-sync' }] }
  }
  const group = input.text('DBSubnetGroupName')
  if (group !== undefined) fields['DBSubnetGroup'] = await subnetGroup(group, context)
  const options =
    input.text('OptionGroupName') ?? (fallback === undefined ? undefined : fallback.replace(/^default\.([a-z-]+)/, 'default:$1-'))
  if (options !== undefined) fields['OptionGroupMemberships'] = { OptionGroupMembership: [{ OptionGroupName: options, Status: 'in-sync' }] }
  return fields
}

function fromCluster({ shape }: Database): Record<string, XmlValue> {
  const inherited = [
    'MasterUsername',
    'StorageEncrypted',
    'KmsKeyId',
    'BackupRetentionPeriod',
    'PreferredBackupWindow',
    'VpcSecurityGroups',
  ]
  return {
    ...Object.fromEntries(inherited.map((field) => [field, shape[field]])),
    DBName: shape['DatabaseName'],
    AllocatedStorage: 1,
    StorageType: 'aurora',
    PromotionTier: 1,
  }
}

function defaults({ region }: Place, engine: string): Record<string, XmlValue> {
  return {
    AllocatedStorage: 20,
    AutoMinorVersionUpgrade: true,
    AvailabilityZone: `${region}a`,
    BackupRetentionPeriod: 1,
    BackupTarget: 'region',
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    CopyTagsToSnapshot: false,
    CustomerOwnedIpEnabled: false,
    DatabaseInsightsMode: 'standard',
    DedicatedLogVolume: false,
    DeletionProtection: false,
    EngineLifecycleSupport: 'open-source-rds-extended-support',
    IAMDatabaseAuthenticationEnabled: false,
    LicenseModel: engine.includes('postgres') ? 'postgresql-license' : 'general-public-license',
    MonitoringInterval: 0,
    MultiAZ: false,
    NetworkType: 'IPV4',
    PerformanceInsightsEnabled: false,
    PreferredBackupWindow: '04:00-04:30',
    PreferredMaintenanceWindow: 'sun:05:00-sun:05:30',
    PubliclyAccessible: false,
    StorageEncrypted: false,
    StorageType: 'gp2',
  }
}

/** `postgres17`, `aurora-postgresql16`, `mysql8.0`. */
export function family(engine: string, version: string): string {
  const parts = version.split('.')
  return `${engine}${engine.includes('postgres') ? parts[0] : parts.slice(0, 2).join('.')}`
}
