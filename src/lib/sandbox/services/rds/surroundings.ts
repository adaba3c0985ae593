import { createHash } from 'node:crypto'
import type { MendContext } from '../../mends/mend.js'
import type { QueryInput, XmlValue } from '../query-protocol.js'
import { ServiceError } from '../service-error.js'

/** What databases need of the emulator, which keeps everything around them: subnet groups, parameter groups, keys, versions. */

/** @throws `DBSubnetGroupNotFoundFault` */
export async function subnetGroup(name: string, context: MendContext): Promise<Record<string, XmlValue>> {
  const { DescribeDBSubnetGroupsCommand } = await import('@aws-sdk/client-rds')
  const rds = await (await context.clients()).rds()
  const { DBSubnetGroups = [] } = await rds
    .send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name }))
    .catch(() => ({ DBSubnetGroups: [] }))
  const [group] = DBSubnetGroups
  if (!group) throw new ServiceError('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`, 404)
  return {
    DBSubnetGroupName: group.DBSubnetGroupName,
    DBSubnetGroupDescription: group.DBSubnetGroupDescription,
    VpcId: group.VpcId,
    SubnetGroupStatus: 'Complete',
    Subnets: {
      Subnet: (group.Subnets ?? []).map(({ SubnetIdentifier, SubnetAvailabilityZone }) => ({
        SubnetIdentifier,
        SubnetAvailabilityZone: { Name: SubnetAvailabilityZone?.Name },
        SubnetStatus: 'Active',
      })),
    },
  }
}

/** @throws `DBParameterGroupNotFound`. The default groups are always there. */
export async function assertInstanceParameterGroup(name: string, context: MendContext): Promise<void> {
  if (name.startsWith('default.')) return
  const { DescribeDBParameterGroupsCommand } = await import('@aws-sdk/client-rds')
  const rds = await (await context.clients()).rds()
  await rds.send(new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name })).catch(() => missingParameterGroup(name))
}

/** @throws `DBClusterParameterGroupNotFound` */
export async function assertClusterParameterGroup(name: string, context: MendContext): Promise<void> {
  if (name.startsWith('default.')) return
  const { DescribeDBClusterParameterGroupsCommand } = await import('@aws-sdk/client-rds')
  const rds = await (await context.clients()).rds()
  await rds
    .send(new DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: name }))
    .catch(() => missingParameterGroup(name, 'Cluster'))
}

function missingParameterGroup(name: string, cluster = ''): never {
  throw new ServiceError(`DB${cluster}ParameterGroupNotFound`, `DB${cluster}ParameterGroup not found: ${name}`, 404)
}

/**
 * The ARN of a key given by ARN, id or alias. The keys that AWS manages are not all in the emulator; they get an ARN that stays the same.
 * @throws `KMSKeyNotAccessibleFault`
 */
export async function keyArn(key: string, context: MendContext): Promise<string> {
  const { DescribeKeyCommand } = await import('@aws-sdk/client-kms')
  const kms = await (await context.clients()).kms()
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key })).catch(() => ({ KeyMetadata: undefined }))
  if (KeyMetadata?.Arn !== undefined && KeyMetadata.Enabled === true) return KeyMetadata.Arn
  if (key.startsWith('alias/aws/')) return managedKeyArn(key, context)
  throw new ServiceError(
    'KMSKeyNotAccessibleFault',
    `The specified KMS key [${key}] does not exist, is not enabled or you do not have permissions to access it.`,
  )
}

function managedKeyArn(alias: string, { region, accountId }: MendContext): string {
  const hash = createHash('sha256').update(`${region} ${alias}`).digest('hex')
  const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-')
  return `arn:aws:kms:${region}:${accountId}:key/${id}`
}

/** The keys that a call names, as ARNs. Encrypted storage without a key gets the account's own key of the service. */
export async function keyFields(input: QueryInput, context: MendContext): Promise<Record<string, XmlValue>> {
  const [storage, insights] = [input.text('KmsKeyId'), input.text('PerformanceInsightsKMSKeyId')]
  return {
    ...(storage !== undefined && { KmsKeyId: await keyArn(storage, context) }),
    ...(storage === undefined && input.isTrue('StorageEncrypted') && { KmsKeyId: await keyArn('alias/aws/rds', context) }),
    ...(insights !== undefined && { PerformanceInsightsKMSKeyId: await keyArn(insights, context) }),
  }
}

/**
 * The full version that AWS would take: `17` means the newest 17 that the emulator knows.
 * @throws `InvalidParameterCombination` for a version that is not known.
 */
export async function fullVersion(engine: string, wanted: string | undefined, context: MendContext): Promise<string> {
  const { DescribeDBEngineVersionsCommand } = await import('@aws-sdk/client-rds')
  const rds = await (await context.clients()).rds()
  const { DBEngineVersions = [] } = await rds.send(new DescribeDBEngineVersionsCommand({ Engine: engine }))
  const known = DBEngineVersions.flatMap(({ EngineVersion }) => EngineVersion ?? []).toSorted(newestFirst)
  if (wanted === undefined) return known[0] ?? '1'
  // The emulator's list is shorter than that of AWS: a version with its minor number is taken as it is.
  return (
    known.find((version) => version === wanted) ??
    (wanted.includes('.') ? wanted : (known.find((version) => version.startsWith(`${wanted}.`)) ?? `${wanted}.1`))
  )
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}
