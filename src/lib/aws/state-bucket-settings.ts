import type { S3Client, Tag } from '@aws-sdk/client-s3'
import { unlessMissing } from './explain-error.js'
import { partitionOf } from './partition.js'

/** Whose state bucket it is; this decides its name. */
export interface StateBucketOwner {
  platform: string
  accountId: string
  region: string
}

export interface BucketTarget {
  Bucket: string
  /** Makes S3 refuse when somebody else got hold of the name. */
  ExpectedBucketOwner: string
}

/** One property that a state bucket must have. */
export interface BucketSetting {
  id: string
  title: string
  isSet(s3: S3Client, target: BucketTarget, owner: StateBucketOwner): Promise<boolean>
  set(s3: S3Client, target: BucketTarget, owner: StateBucketOwner): Promise<void>
}

const sdk = () => import('@aws-sdk/client-s3')

const ownership: BucketSetting = {
  id: 'ownership',
  title: 'Object ownership',
  async isSet(s3, target) {
    const { GetBucketOwnershipControlsCommand } = await sdk()
    const answer = await unlessMissing(s3.send(new GetBucketOwnershipControlsCommand(target)), 'OwnershipControlsNotFoundError')
    return answer?.OwnershipControls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced'
  },
  async set(s3, target) {
    const { PutBucketOwnershipControlsCommand } = await sdk()
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] }
    await s3.send(new PutBucketOwnershipControlsCommand({ ...target, OwnershipControls }))
  },
}

const publicAccess: BucketSetting = {
  id: 'public-access-block',
  title: 'Public access block',
  async isSet(s3, target) {
    const { GetPublicAccessBlockCommand } = await sdk()
    const answer = await unlessMissing(s3.send(new GetPublicAccessBlockCommand(target)), 'NoSuchPublicAccessBlockConfiguration')
    const block = answer?.PublicAccessBlockConfiguration
    return Boolean(block?.BlockPublicAcls && block.BlockPublicPolicy && block.IgnorePublicAcls && block.RestrictPublicBuckets)
  },
  async set(s3, target) {
    const { PutPublicAccessBlockCommand } = await sdk()
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    }
    await s3.send(new PutPublicAccessBlockCommand({ ...target, PublicAccessBlockConfiguration }))
  },
}

const versioning: BucketSetting = {
  id: 'versioning',
  title: 'Versioning',
  async isSet(s3, target) {
    const { GetBucketVersioningCommand } = await sdk()
    return (await s3.send(new GetBucketVersioningCommand(target))).Status === 'Enabled'
  },
  async set(s3, target) {
    const { PutBucketVersioningCommand } = await sdk()
    await s3.send(new PutBucketVersioningCommand({ ...target, VersioningConfiguration: { Status: 'Enabled' } }))
  },
}

const encryption: BucketSetting = {
  id: 'encryption',
  title: 'Default encryption',
  async isSet(s3, target) {
    const { GetBucketEncryptionCommand } = await sdk()
    const answer = await unlessMissing(s3.send(new GetBucketEncryptionCommand(target)), 'ServerSideEncryptionConfigurationNotFoundError')
    // Any algorithm counts: a team may have chosen a key of its own.
    return answer?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm !== undefined
  },
  async set(s3, target) {
    const { PutBucketEncryptionCommand } = await sdk()
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }]
    await s3.send(new PutBucketEncryptionCommand({ ...target, ServerSideEncryptionConfiguration: { Rules } }))
  },
}

interface PolicyStatement {
  Sid?: string
  Effect?: string
  Principal?: unknown
  Action?: string | string[]
  Resource?: string | string[]
  Condition?: Record<string, Record<string, unknown>>
}

interface PolicyDocument {
  Version?: string
  Statement?: PolicyStatement | PolicyStatement[]
}

const TLS_ONLY = 'DenyInsecureTransport'

const tlsOnly: BucketSetting = {
  id: 'tls-only-policy',
  title: 'TLS-only policy',
  async isSet(s3, target, owner) {
    const wanted = tlsOnlyStatement(target.Bucket, owner.region)
    return statementsOf(await readPolicy(s3, target)).some((statement) => denies(statement, wanted))
  },
  async set(s3, target, owner) {
    const { PutBucketPolicyCommand } = await sdk()
    const existing = await readPolicy(s3, target)
    // Statements of others stay: a team may share the bucket with an auditor.
    const others = statementsOf(existing).filter(({ Sid }) => Sid !== TLS_ONLY)
    const policy = {
      Version: existing?.Version ?? '2012-10-17',
      ...existing,
      Statement: [...others, tlsOnlyStatement(target.Bucket, owner.region)],
    }
    await s3.send(new PutBucketPolicyCommand({ ...target, Policy: JSON.stringify(policy) }))
  },
}

const tags: BucketSetting = {
  id: 'tags',
  title: 'Tags',
  async isSet(s3, target, owner) {
    const found = await readTags(s3, target)
    return wantedTags(owner).every(({ Key, Value }) => found.some((tag) => tag.Key === Key && tag.Value === Value))
  },
  async set(s3, target, owner) {
    const { PutBucketTaggingCommand } = await sdk()
    const wanted = wantedTags(owner)
    // Writing replaces all tags, and S3 refuses those that belong to AWS.
    const others = (await readTags(s3, target)).filter(({ Key }) => !Key?.startsWith('aws:') && !wanted.some((tag) => tag.Key === Key))
    await s3.send(new PutBucketTaggingCommand({ ...target, Tagging: { TagSet: [...others, ...wanted] } }))
  },
}

/** Everything a state bucket must have, in the order in which it is safest to set it. */
export const stateBucketSettings: readonly BucketSetting[] = [publicAccess, ownership, versioning, encryption, tlsOnly, tags]

async function readPolicy(s3: S3Client, target: BucketTarget): Promise<PolicyDocument | undefined> {
  const { GetBucketPolicyCommand } = await sdk()
  const answer = await unlessMissing(s3.send(new GetBucketPolicyCommand(target)), 'NoSuchBucketPolicy')
  return answer?.Policy ? (JSON.parse(answer.Policy) as PolicyDocument) : undefined
}

function statementsOf(policy: PolicyDocument | undefined): PolicyStatement[] {
  const statements = policy?.Statement ?? []
  return Array.isArray(statements) ? statements : [statements]
}

function tlsOnlyStatement(bucket: string, region: string) {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`
  return {
    Sid: TLS_ONLY,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  } satisfies PolicyStatement
}

function denies(statement: PolicyStatement, wanted: ReturnType<typeof tlsOnlyStatement>): boolean {
  const { Effect, Principal, Action, Resource, Condition } = statement
  const everyone = Principal === '*' || (typeof Principal === 'object' && Principal !== null && 'AWS' in Principal && Principal.AWS === '*')
  const secure = Condition?.['Bool']?.['aws:SecureTransport']
  return (
    Effect === 'Deny' &&
    everyone &&
    listOf(Action).includes('s3:*') &&
    wanted.Resource.every((arn) => listOf(Resource).includes(arn)) &&
    Object.keys(Condition ?? {}).length === 1 &&
    String(secure) === 'false'
  )
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

function wantedTags({ platform }: StateBucketOwner): Array<Tag & { Key: string }> {
  return [
    { Key: 'platform:name', Value: platform },
    { Key: 'platform:managed-by', Value: 'platform' },
    { Key: 'platform:resource', Value: 'state/bucket' },
  ]
}

async function readTags(s3: S3Client, target: BucketTarget): Promise<Tag[]> {
  const { GetBucketTaggingCommand } = await sdk()
  return (await unlessMissing(s3.send(new GetBucketTaggingCommand(target)), 'NoSuchTagSet'))?.TagSet ?? []
}
