import type { ObjectLockRule, ObjectVersion, S3Client } from '@aws-sdk/client-s3'
import { SHARED_NAME } from '../../core/names.js'
import type { AwsClients } from '../clients.js'
import { awsStatus, explained, unlessMissing } from '../explain-error.js'
import type { EnvironmentScope } from '../existing/finding.js'
import { partitionOf } from '../partition.js'

/** A bucket whose object lock keeps what is in it. */
export interface LockedRecords {
  bucket: string
  arn: string
  /** ISO 8601: when the lock ends for the newest record. Null: records without an end. */
  until: string | null
  reason: string
  /** Id or ARN of the key that opens the records; empty when there is none. */
  keyId: string
}

type S3Clients = Pick<AwsClients, 's3' | 'connection'>

/** Records are many: 1000 a page. Past these pages the newest one is taken to be of this moment. */
const MOST_PAGES = 20
const DAY_MS = 86_400_000

/** The records of the audit trail, by the bucket's name. Undefined when there are none, so that the bucket can be deleted. */
export async function findLockedRecords(
  clients: S3Clients,
  { platform, environment }: EnvironmentScope,
): Promise<LockedRecords | undefined> {
  if (environment !== SHARED_NAME) return undefined
  const { accountId, region } = clients.connection
  return explained('look for records of the audit trail', () => lockedRecordsIn(clients, `${platform}-trail-${accountId}-${region}`))
}

/** What the object lock of a bucket keeps. Undefined: nothing, or the bucket is gone. */
export async function lockedRecordsIn(clients: S3Clients, bucket: string): Promise<LockedRecords | undefined> {
  const { GetBucketEncryptionCommand, GetObjectLockConfigurationCommand } = await import('@aws-sdk/client-s3')
  const client = await clients.s3()
  const input = { Bucket: bucket, ExpectedBucketOwner: clients.connection.accountId }
  const lock = await unlessGone(client.send(new GetObjectLockConfigurationCommand(input)))
  if (lock?.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') return undefined
  const { newest, complete } = await newestVersion(client, input)
  if (!newest) return undefined
  const encryption = await unlessGone(client.send(new GetBucketEncryptionCommand(input)))
  const until = await endOf(client, input, complete ? newest : { LastModified: new Date() }, lock.ObjectLockConfiguration.Rule)
  return {
    bucket,
    arn: `arn:${partitionOf(clients.connection.region)}:s3:::${bucket}`,
    until: until?.toISOString() ?? null,
    reason: 'It holds records of the audit trail, which its object lock keeps. Its rules delete each when its time is over.',
    keyId: encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? '',
  }
}

type BucketInput = Readonly<{ Bucket: string; ExpectedBucketOwner: string }>

async function newestVersion(client: S3Client, input: BucketInput): Promise<{ newest?: ObjectVersion; complete: boolean }> {
  const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3')
  let newest: ObjectVersion | undefined
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await client.send(new ListObjectVersionsCommand({ ...input, ...from }))
    for (const version of answer.Versions ?? []) if (!newest || timeOf(version) > timeOf(newest)) newest = version
    if (answer.IsTruncated !== true) return { ...(newest && { newest }), complete: true }
    from = { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker }
  }
  return { ...(newest && { newest }), complete: false }
}

const timeOf = ({ LastModified }: ObjectVersion): number => LastModified?.getTime() ?? 0

/** The later of what the record itself says and what the rule of the bucket gives to a record of its age. */
async function endOf(
  client: S3Client,
  input: BucketInput,
  record: ObjectVersion,
  rule: ObjectLockRule | undefined,
): Promise<Date | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const { Key, VersionId } = record
  const own = Key === undefined ? undefined : await unlessGone(client.send(new HeadObjectCommand({ ...input, Key, VersionId })))
  const { Days, Years } = rule?.DefaultRetention ?? {}
  const days = Days ?? (Years === undefined ? undefined : Years * 365)
  const ends = [own?.ObjectLockRetainUntilDate?.getTime(), days === undefined ? undefined : timeOf(record) + days * DAY_MS]
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : new Date(Math.max(...known))
}

/** Undefined when it is not there. No leave to look is an error: it would end as a key that is deleted although records need it. */
async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await unlessMissing(
      work,
      'NoSuch*',
      'NotFound',
      'ObjectLockConfigurationNotFound*',
      'ServerSideEncryptionConfigurationNotFound*',
    )
  } catch (error) {
    if (awsStatus(error) === 404) return undefined
    throw error
  }
}
