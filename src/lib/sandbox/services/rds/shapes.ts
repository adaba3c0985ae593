import type { QueryInput, XmlValue } from '../query-protocol.js'

/** Documented at "DBInstance" and "DBCluster" in the Amazon RDS API Reference. Values are kept as the call wrote them. */
export interface Database extends Record<string, unknown> {
  /** What Describe answers. */
  shape: Record<string, XmlValue>
  tags: Record<string, string>
}

/** Parameters of CreateDBInstance and ModifyDBInstance that Describe answers under the same name. */
const INSTANCE_FIELDS = [
  'AllocatedStorage',
  'AutoMinorVersionUpgrade',
  'AvailabilityZone',
  'BackupRetentionPeriod',
  'CACertificateIdentifier',
  'CopyTagsToSnapshot',
  'DatabaseInsightsMode',
  'DBClusterIdentifier',
  'DBInstanceClass',
  'DBName',
  'DedicatedLogVolume',
  'DeletionProtection',
  'Engine',
  'EngineLifecycleSupport',
  'EngineVersion',
  'Iops',
  'LicenseModel',
  'MasterUsername',
  'MaxAllocatedStorage',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'MultiAZ',
  'NetworkType',
  'PerformanceInsightsRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'PromotionTier',
  'PubliclyAccessible',
  'StorageEncrypted',
  'StorageThroughput',
  'StorageType',
] as const

/** The same of clusters. */
const CLUSTER_FIELDS = [
  'AllocatedStorage',
  'BackupRetentionPeriod',
  'CopyTagsToSnapshot',
  'DatabaseInsightsMode',
  'DatabaseName',
  'DBClusterInstanceClass',
  'DeletionProtection',
  'Engine',
  'EngineLifecycleSupport',
  'EngineMode',
  'EngineVersion',
  'Iops',
  'MasterUsername',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'NetworkType',
  'PerformanceInsightsRetentionPeriod',
  'Port',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'StorageEncrypted',
  'StorageType',
] as const

/** Parameters that Describe answers under another name. */
const RENAMED: ReadonlyArray<readonly [parameter: string, field: string]> = [
  ['EnableIAMDatabaseAuthentication', 'IAMDatabaseAuthenticationEnabled'],
  ['EnablePerformanceInsights', 'PerformanceInsightsEnabled'],
]

/** A field that is one text. */
export function textIn({ shape }: Database, field: string): string {
  const value = shape[field]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export type DatabaseKind = 'instance' | 'cluster'

/** The fields that a create or modify call sets and that need no further thought. */
export function plainFields(kind: DatabaseKind, input: QueryInput): Record<string, XmlValue> {
  const fields: Record<string, XmlValue> = {}
  for (const name of kind === 'instance' ? INSTANCE_FIELDS : CLUSTER_FIELDS) {
    const value = input.text(name)
    if (value !== undefined) fields[name] = value
  }
  for (const [parameter, field] of RENAMED) {
    const value = input.text(parameter)
    if (value !== undefined) fields[field] = value
  }
  if (kind === 'cluster') {
    if (input.has('EnableHttpEndpoint')) fields['HttpEndpointEnabled'] = input.text('EnableHttpEndpoint')
    if (input.has('ServerlessV2ScalingConfiguration'))
      fields['ServerlessV2ScalingConfiguration'] = scaling(input, 'ServerlessV2ScalingConfiguration')
  }
  const groups = input.list('VpcSecurityGroupIds.VpcSecurityGroupId')
  if (groups.length > 0) fields['VpcSecurityGroups'] = securityGroups(groups)
  return fields
}

/** The log exports after a create or modify call, or undefined when it says nothing of them. */
export function logExports(input: QueryInput, before: XmlValue): XmlValue {
  const configuration = 'CloudwatchLogsExportConfiguration'
  if (!input.has('EnableCloudwatchLogsExports') && !input.has(configuration)) return undefined
  const kept = new Set([...members(before), ...input.list('EnableCloudwatchLogsExports.member')])
  for (const type of input.list(`${configuration}.EnableLogTypes.member`)) kept.add(type)
  for (const type of input.list(`${configuration}.DisableLogTypes.member`)) kept.delete(type)
  return { member: [...kept] }
}

/** The tags of a create or tagging call. */
export function tagsOf(input: QueryInput): Record<string, string> {
  return Object.fromEntries(input.structures('Tags.Tag').map((tag) => [tag.text('Key') ?? '', tag.text('Value') ?? '']))
}

export function tagList(tags: Readonly<Record<string, string>>): XmlValue {
  return { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

function scaling(input: QueryInput, prefix: string): XmlValue {
  return Object.fromEntries(
    ['MinCapacity', 'MaxCapacity', 'SecondsUntilAutoPause'].map((field) => [field, input.text(`${prefix}.${field}`)]),
  )
}

function securityGroups(ids: readonly string[]): XmlValue {
  return { VpcSecurityGroupMembership: ids.map((VpcSecurityGroupId) => ({ VpcSecurityGroupId, Status: 'active' })) }
}

function members(value: XmlValue): string[] {
  if (typeof value !== 'object' || !('member' in value) || !Array.isArray(value.member)) return []
  return value.member.map(String)
}
