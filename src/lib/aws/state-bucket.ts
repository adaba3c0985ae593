import type { S3Client } from '@aws-sdk/client-s3'
import { UserError } from '../core/errors.js'
import type { AwsClients } from './clients.js'
import { awsStatus, explainAwsError, explained, isAwsError } from './explain-error.js'
import { stateBucketSettings, type BucketSetting, type BucketTarget, type StateBucketOwner } from './state-bucket-settings.js'
import { waitUntil, type WaitPorts } from './waiting.js'

export interface StateBucketResult {
  bucket: string
  created: boolean
  /** Names of the settings that were missing or wrong on a bucket that existed. */
  repaired: string[]
}

/** S3 answers about a new bucket or setting correctly within seconds. */
const PATIENCE = { everyMs: 1000, forMs: 60_000 }

/** Longest bucket name. Source: Amazon S3 User Guide, "General purpose bucket naming rules". */
const LONGEST_NAME = 63

/**
 * Name of the bucket that keeps the Terraform state of one account and region.
 * @throws `InvalidName` when the platform's name is too long for it.
 */
export function stateBucketName({ platform, accountId, region }: StateBucketOwner): string {
  const name = `${platform}-state-${accountId}-${region}`
  if (name.length <= LONGEST_NAME) return name
  const longest = platform.length - (name.length - LONGEST_NAME)
  throw new UserError('InvalidName', `The name ${platform} is too long for the state bucket in ${region}.`, {
    reason: `The bucket would be called ${name}, and S3 allows ${LONGEST_NAME} characters.`,
    next: [`Choose a platform name of at most ${longest} characters.`],
    details: { name: platform, longest },
  })
}

/** Whether the bucket exists and belongs to the account. @throws `BackendNotOurs`, `NoCredentials`, `AwsRefused` */
export async function stateBucketExists(clients: Pick<AwsClients, 's3'>, owner: StateBucketOwner): Promise<boolean> {
  return bucketExists(await clients.s3(), stateBucketName(owner), owner)
}

/**
 * Makes the bucket unless it exists, without its settings (see `stateBucketSettings`).
 * @returns whether it was made now.
 * @throws `BackendNotOurs`, `NoCredentials`, `AwsRefused`, `TimedOut`
 */
export async function ensureBucket(clients: Pick<AwsClients, 's3'>, owner: StateBucketOwner, ports: WaitPorts): Promise<boolean> {
  const s3 = await clients.s3()
  const bucket = stateBucketName(owner)
  if (await bucketExists(s3, bucket, owner)) return false
  const made = await waitUntil(ports, `S3 to create ${bucket}`, PATIENCE, () => create(s3, bucket, owner))
  await waitUntil(ports, `${bucket} to become visible`, PATIENCE, async () => (await bucketExists(s3, bucket, owner)) || undefined)
  return made === 'created'
}

/** Whether the bucket has the setting. @throws `AwsRefused`, `NoCredentials`, `TimedOut` */
export async function hasSetting(
  clients: Pick<AwsClients, 's3'>,
  owner: StateBucketOwner,
  setting: BucketSetting,
  ports: WaitPorts,
): Promise<boolean> {
  const s3 = await clients.s3()
  return explained(`read ${setting.title.toLowerCase()} of the state bucket`, () =>
    whenVisible(ports, () => setting.isSet(s3, targetOf(owner), owner)),
  )
}

/** Writes one setting and reads it back. @throws `AwsRefused`, `NoCredentials`, `VerifyFailed`, `TimedOut` */
export async function putSetting(
  clients: Pick<AwsClients, 's3'>,
  owner: StateBucketOwner,
  setting: BucketSetting,
  ports: WaitPorts,
): Promise<void> {
  const s3 = await clients.s3()
  const target = targetOf(owner)
  await explained(`set ${setting.title.toLowerCase()} of the state bucket`, () => whenVisible(ports, () => setting.set(s3, target, owner)))
  const end = ports.clock.now().getTime() + PATIENCE.forMs
  while (!(await hasSetting(clients, owner, setting, ports))) {
    if (ports.clock.now().getTime() >= end) {
      throw new UserError(
        'VerifyFailed',
        `${setting.title} of bucket ${target.Bucket} was written, but reading it back shows something else.`,
        {
          next: ['Look for an organisation policy or another tool that changes the bucket, then run the same command again.'],
          details: { bucket: target.Bucket, setting: setting.id },
        },
      )
    }
    await ports.clock.sleep(PATIENCE.everyMs, ports.signal)
  }
}

/**
 * Makes the state bucket, or checks each of its settings and repairs what is missing. Running it again changes nothing.
 * @throws `BackendNotOurs` when the name is taken by another account, `NoCredentials`, `AwsRefused`, `VerifyFailed`, `TimedOut`
 */
export async function createStateBucket(
  clients: Pick<AwsClients, 's3'>,
  owner: StateBucketOwner,
  ports: WaitPorts,
): Promise<StateBucketResult> {
  const created = await ensureBucket(clients, owner, ports)
  const repaired: string[] = []
  for (const setting of stateBucketSettings) {
    if (await hasSetting(clients, owner, setting, ports)) continue
    await putSetting(clients, owner, setting, ports)
    if (!created) repaired.push(setting.id)
  }
  return { bucket: stateBucketName(owner), created, repaired }
}

function targetOf(owner: StateBucketOwner): BucketTarget {
  return { Bucket: stateBucketName(owner), ExpectedBucketOwner: owner.accountId }
}

async function bucketExists(s3: S3Client, bucket: string, owner: StateBucketOwner): Promise<boolean> {
  const { HeadBucketCommand } = await import('@aws-sdk/client-s3')
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: owner.accountId }))
    return true
  } catch (error) {
    // HEAD answers have no body, so the status is all there is.
    const status = awsStatus(error)
    if (status === 404) return false
    if (status === 403 || status === 301) throw notOurs(bucket, owner, error)
    throw explainAwsError(error, `look for bucket ${bucket}`)
  }
}

async function create(s3: S3Client, bucket: string, owner: StateBucketOwner): Promise<'created' | 'existed' | undefined> {
  const { BucketLocationConstraint, CreateBucketCommand } = await import('@aws-sdk/client-s3')
  const place = Object.values(BucketLocationConstraint).find((each) => each === owner.region) ?? (owner.region as never)
  try {
    await s3.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ObjectOwnership: 'BucketOwnerEnforced',
        // us-east-1 is the default place and refuses to be named.
        ...(owner.region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint: place } }),
      }),
    )
    return 'created'
  } catch (error) {
    if (isAwsError(error, 'BucketAlreadyOwnedByYou')) return 'existed'
    if (isAwsError(error, 'BucketAlreadyExists')) throw notOurs(bucket, owner, error)
    // Another run is making or removing the same name at this moment.
    if (isAwsError(error, 'OperationAborted')) return undefined
    throw explainAwsError(error, `create bucket ${bucket}`)
  }
}

/** A bucket made a moment ago may not be known yet to the server that answers. */
async function whenVisible<T>(ports: WaitPorts, call: () => Promise<T>): Promise<T> {
  const { answer } = await waitUntil(ports, 'the new bucket to become visible', PATIENCE, async () => {
    try {
      return { answer: await call() }
    } catch (error) {
      if (isAwsError(error, 'NoSuchBucket', 'OperationAborted')) return undefined
      throw error
    }
  })
  return answer
}

function notOurs(bucket: string, owner: StateBucketOwner, cause: unknown): UserError {
  return new UserError('BackendNotOurs', `The bucket ${bucket} exists, but account ${owner.accountId} may not use it in ${owner.region}.`, {
    cause,
    reason:
      'Bucket names are unique among all AWS accounts: it belongs to another account, lies in another region, or the identity in use lacks s3:ListBucket.',
    next: [
      'See which identity is used: aws sts get-caller-identity',
      `If the bucket is yours, allow s3:ListBucket on it; if it is not, choose another platform name.`,
    ],
    details: { bucket, accountId: owner.accountId, region: owner.region },
  })
}
