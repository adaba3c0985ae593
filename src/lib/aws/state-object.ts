import type { AwsClients } from './clients.js'
import { awsStatus, explained, isAwsError } from './explain-error.js'
import { parseObject, summariseState, type StateSummary } from './state-document.js'

export interface StateLocation {
  bucket: string
  /** Key of the state object, such as `environments/dev/terraform.tfstate`. */
  key: string
}

/** What Terraform writes into a lock. Field names are Terraform's own (hashicorp/terraform, internal/states/statemgr/locker.go). */
export interface LockInfo {
  ID: string
  Operation: string
  Info: string
  /** `user@host` */
  Who: string
  Version: string
  /** ISO 8601 */
  Created: string
  Path: string
  /** Version of the lock object, for deleting exactly this one. */
  etag?: string
  /** It is not what Terraform writes: half a file, or somebody else's. */
  unreadable?: true
}

type S3 = Pick<AwsClients, 's3'>

/** The lock on a state, or undefined when there is none. A missing bucket has no locks. @throws `NoCredentials`, `AwsRefused` */
export async function readStateLock(clients: S3, { bucket, key }: StateLocation): Promise<LockInfo | undefined> {
  const lockKey = lockKeyOf(key)
  const object = await readObject(clients, bucket, lockKey, 'read the state lock')
  if (!object) return undefined
  const fields = parseObject(object.text)
  const text = (name: string): string => (typeof fields?.[name] === 'string' ? fields[name] : '')
  return {
    // A lock that cannot be read is still a lock. Something must name it.
    ID: text('ID') || (object.etag ?? '').replaceAll('"', '') || 'unreadable',
    Operation: text('Operation'),
    Info: text('Info'),
    Who: text('Who'),
    Version: text('Version'),
    Created: text('Created'),
    Path: text('Path') || `${bucket}/${lockKey}`,
    ...(object.etag !== undefined && { etag: object.etag }),
    ...(text('ID') === '' && { unreadable: true as const }),
  }
}

/**
 * Deletes a lock only while it still is the one that was looked at.
 * @returns `released`; `gone` when there is no lock any more; `changed` when another run holds it now (nothing was done).
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function releaseStateLock(
  clients: S3,
  { bucket, key, lockId, etag }: StateLocation & { lockId: string; etag?: string },
): Promise<'released' | 'gone' | 'changed'> {
  const current = await readStateLock(clients, { bucket, key })
  if (!current) return 'gone'
  if (current.ID !== lockId || (etag !== undefined && current.etag !== etag)) return 'changed'
  return explained('release the state lock', async () => {
    const match = current.etag === undefined ? {} : { IfMatch: current.etag }
    try {
      return await deleteObject(clients, { Bucket: bucket, Key: lockKeyOf(key), ...match })
    } catch (error) {
      // Conditional deletes are younger than S3-compatible stores: the comparison above has to do there.
      if (!isAwsError(error, 'NotImplemented') && awsStatus(error) !== 501) throw error
      return deleteObject(clients, { Bucket: bucket, Key: lockKeyOf(key) })
    }
  })
}

/** What a state holds, counted. Its contents hold secrets and go nowhere. @throws `NoCredentials`, `AwsRefused` */
export async function stateSummary(clients: S3, location: StateLocation): Promise<StateSummary> {
  const text = await readStateText(clients, location)
  return text === undefined ? { exists: false, resources: 0 } : summariseState(text)
}

/** The state as it is in the bucket, or undefined when there is none. It holds secrets. @throws `NoCredentials`, `AwsRefused` */
export async function readStateText(clients: S3, { bucket, key }: StateLocation): Promise<string | undefined> {
  const object = await readObject(clients, bucket, key, 'read the Terraform state')
  // Terraform takes an empty object for none as well.
  return object === undefined || object.text === '' ? undefined : object.text
}

/** Output values in a state, without those that are sensitive. @throws `NoCredentials`, `AwsRefused` */
export async function stateOutputs(clients: S3, { bucket, key }: StateLocation): Promise<Record<string, unknown>> {
  const object = await readObject(clients, bucket, key, 'read the Terraform state')
  const outputs = object && parseObject(object.text)?.['outputs']
  if (typeof outputs !== 'object' || outputs === null) return {}
  return Object.fromEntries(
    Object.entries(outputs as Record<string, { value?: unknown; sensitive?: boolean }>)
      .filter(([, output]) => output.sensitive !== true)
      .map(([name, output]) => [name, output.value]),
  )
}

async function readObject(clients: S3, bucket: string, key: string, what: string): Promise<{ text: string; etag?: string } | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3')
  return explained(what, async () => {
    try {
      const answer = await (await clients.s3()).send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      const text = (await answer.Body?.transformToString()) ?? ''
      return { text, ...(answer.ETag !== undefined && { etag: answer.ETag }) }
    } catch (error) {
      if (isAwsError(error, 'NoSuchKey', 'NoSuchBucket', 'NotFound')) return undefined
      throw error
    }
  })
}

async function deleteObject(
  clients: S3,
  input: { Bucket: string; Key: string; IfMatch?: string },
): Promise<'released' | 'gone' | 'changed'> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3')
  try {
    await (await clients.s3()).send(new DeleteObjectCommand(input))
    return 'released'
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey', 'NoSuchBucket')) return 'gone'
    if (awsStatus(error) === 412 || isAwsError(error, 'ConditionalRequestConflict')) return 'changed'
    throw error
  }
}

function lockKeyOf(key: string): string {
  return `${key}.tflock`
}
