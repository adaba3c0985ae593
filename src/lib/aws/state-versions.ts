import type { ListObjectVersionsCommandInput } from '@aws-sdk/client-s3'
import type { AwsClients } from './clients.js'
import { explained, isAwsError, unlessMissing } from './explain-error.js'
import { summariseState, type StateSummary } from './state-document.js'
import type { StateLocation } from './state-object.js'
import { mapLimited } from './waiting.js'

/** One version of a state in the versioned bucket. */
export interface StateVersion extends Pick<StateSummary, 'serial' | 'lineage' | 'unreadable'> {
  versionId: string
  /** ISO 8601 */
  savedAt: string
  /** Bytes. */
  size: number
  /** Number of managed resource instances. */
  resources: number
  /** It is the state of now. */
  current: boolean
  /** Nothing but the mark that the state was deleted at this time. */
  deleted: boolean
}

type S3 = Pick<AwsClients, 's3'>

/** Each version is read to be counted. */
const READ_AT_ONCE = 5

/** The newest versions of a state, newest first. A missing bucket has none. @throws `NoCredentials`, `AwsRefused` */
export async function listStateVersions(clients: S3, location: StateLocation, limit: number): Promise<StateVersion[]> {
  return explained('list the versions of the Terraform state', async () => {
    const found = (await listedVersions(clients, location)).slice(0, limit)
    return mapLimited(found, READ_AT_ONCE, async (version) => {
      if (version.deleted) return { ...version, resources: 0 }
      const text = await readVersion(clients, location, version.versionId)
      const { serial, lineage, resources, unreadable } = summariseState(text ?? '')
      return {
        ...version,
        ...(serial !== undefined && { serial }),
        ...(lineage !== undefined && { lineage }),
        resources,
        ...(unreadable && { unreadable }),
      }
    })
  })
}

/** The text of one version, or undefined when there is no such version. It holds secrets. @throws `NoCredentials`, `AwsRefused` */
export async function readStateVersion(clients: S3, location: StateLocation, versionId: string): Promise<string | undefined> {
  return explained('read a version of the Terraform state', () => readVersion(clients, location, versionId))
}

/** Puts a mark on the state that it is deleted. Every version stays. @throws `NoCredentials`, `AwsRefused` */
export async function hideState(clients: S3, { bucket, key }: StateLocation): Promise<void> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3')
  await explained('set the unreadable Terraform state aside', async () =>
    (await clients.s3()).send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
  )
}

/**
 * Writes a state where there is none. Terraform itself would start a new lineage there.
 * @throws `NoCredentials`, `AwsRefused` (also when somebody else has written one in between)
 */
export async function seedState(clients: S3, { bucket, key }: StateLocation, text: string): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const input = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json', IfNoneMatch: '*' }
  await explained('write the Terraform state', async () => (await clients.s3()).send(new PutObjectCommand(input)))
}

type Marker = Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'>
type Listed = Omit<StateVersion, 'resources'>

async function listedVersions(clients: S3, { bucket, key }: StateLocation): Promise<Listed[]> {
  const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3')
  const client = await clients.s3()
  const found: Listed[] = []
  let next: Marker | undefined = {}
  while (next) {
    const input: ListObjectVersionsCommandInput = { Bucket: bucket, Prefix: key, ...next }
    const page = await unlessMissing(client.send(new ListObjectVersionsCommand(input)), 'NoSuchBucket')
    for (const { Key, VersionId, LastModified, Size, IsLatest } of page?.Versions ?? []) {
      if (Key === key) found.push({ ...listed(VersionId, LastModified, IsLatest), size: Size ?? 0, deleted: false })
    }
    for (const { Key, VersionId, LastModified, IsLatest } of page?.DeleteMarkers ?? []) {
      if (Key === key) found.push({ ...listed(VersionId, LastModified, IsLatest), size: 0, deleted: true })
    }
    // The lock has the same beginning and comes later: once another key is reached, there is no more.
    next =
      page?.IsTruncated === true && page.NextKeyMarker === key
        ? { KeyMarker: page.NextKeyMarker, ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }) }
        : undefined
  }
  // Two versions of one second keep the order in which S3 lists them; the current one is first in any case.
  return found.sort((a, b) => Number(b.current) - Number(a.current) || Date.parse(b.savedAt) - Date.parse(a.savedAt))
}

function listed(versionId: string | undefined, modified: Date | undefined, latest: boolean | undefined) {
  return { versionId: versionId ?? 'null', savedAt: (modified ?? new Date(0)).toISOString(), current: latest === true }
}

async function readVersion(clients: S3, { bucket, key }: StateLocation, versionId: string): Promise<string | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3')
  try {
    const answer = await (await clients.s3()).send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }))
    return (await answer.Body?.transformToString()) ?? ''
  } catch (error) {
    // A delete marker answers MethodNotAllowed; an id that is none InvalidArgument.
    if (isAwsError(error, 'NoSuchVersion', 'NoSuchKey', 'NoSuchBucket', 'NotFound', 'InvalidArgument', 'MethodNotAllowed')) return undefined
    throw error
  }
}
