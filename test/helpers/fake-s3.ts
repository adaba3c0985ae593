import { awsError, type Answers } from './fake-aws.js'

export interface FakeBucket {
  owner: string
  region: string
  versioning?: string
  encryption?: unknown
  publicAccess?: unknown
  ownership?: unknown
  policy?: string
  tags?: Array<{ Key: string; Value: string }>
  objects: Map<string, { body: string; etag: string }>
}

/** The part of S3 that state buckets need, seen by one account in one region. */
export function fakeS3(account: string, region: string, buckets: Map<string, FakeBucket>): Answers {
  const bucketOf = (input: Record<string, unknown>): FakeBucket => {
    const bucket = buckets.get(String(input['Bucket']))
    if (!bucket) throw awsError('NoSuchBucket', 404)
    if (bucket.owner !== account) throw awsError('AccessDenied', 403)
    return bucket
  }
  const get = (
    field: 'encryption' | 'publicAccess' | 'ownership' | 'policy' | 'tags',
    missing: string,
    wrap: (value: unknown) => unknown,
  ) => {
    return (input: Record<string, unknown>) => {
      const value = bucketOf(input)[field]
      if (value === undefined) throw awsError(missing, 404)
      return wrap(value)
    }
  }
  const put = (change: (bucket: FakeBucket, input: Record<string, unknown>) => void) => (input: Record<string, unknown>) => {
    change(bucketOf(input), input)
    return {}
  }
  return {
    HeadBucket: (input) => {
      const bucket = buckets.get(String(input['Bucket']))
      if (!bucket) throw awsError('NotFound', 404)
      if (bucket.owner !== account) throw awsError('403', 403)
      if (bucket.region !== region) throw awsError('301', 301)
      return {}
    },
    CreateBucket: (input) => {
      const name = String(input['Bucket'])
      const existing = buckets.get(name)
      if (existing) throw awsError(existing.owner === account ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', 409)
      buckets.set(name, {
        owner: account,
        region,
        objects: new Map(),
        ownership: { Rules: [{ ObjectOwnership: input['ObjectOwnership'] }] },
      })
      return {}
    },
    GetBucketVersioning: (input) => ({ Status: bucketOf(input).versioning }),
    PutBucketVersioning: put((bucket, input) => (bucket.versioning = (input['VersioningConfiguration'] as { Status: string }).Status)),
    GetBucketEncryption: get('encryption', 'ServerSideEncryptionConfigurationNotFoundError', (ServerSideEncryptionConfiguration) => ({
      ServerSideEncryptionConfiguration,
    })),
    PutBucketEncryption: put((bucket, input) => (bucket.encryption = input['ServerSideEncryptionConfiguration'])),
    GetPublicAccessBlock: get('publicAccess', 'NoSuchPublicAccessBlockConfiguration', (PublicAccessBlockConfiguration) => ({
      PublicAccessBlockConfiguration,
    })),
    PutPublicAccessBlock: put((bucket, input) => (bucket.publicAccess = input['PublicAccessBlockConfiguration'])),
    GetBucketOwnershipControls: get('ownership', 'OwnershipControlsNotFoundError', (OwnershipControls) => ({ OwnershipControls })),
    PutBucketOwnershipControls: put((bucket, input) => (bucket.ownership = input['OwnershipControls'])),
    GetBucketPolicy: get('policy', 'NoSuchBucketPolicy', (Policy) => ({ Policy })),
    PutBucketPolicy: put((bucket, input) => (bucket.policy = String(input['Policy']))),
    GetBucketTagging: get('tags', 'NoSuchTagSet', (TagSet) => ({ TagSet })),
    PutBucketTagging: put((bucket, input) => (bucket.tags = (input['Tagging'] as { TagSet: FakeBucket['tags'] & object }).TagSet)),
    GetObject: (input) => {
      const object = bucketOf(input).objects.get(String(input['Key']))
      if (!object) throw awsError('NoSuchKey', 404)
      return { ETag: object.etag, Body: { transformToString: async () => object.body } }
    },
    PutObject: (input) => {
      const { objects } = bucketOf(input)
      const key = String(input['Key'])
      if (input['IfNoneMatch'] === '*' && objects.has(key)) throw awsError('PreconditionFailed', 412)
      const body = String(input['Body'])
      objects.set(key, { body, etag: `"${body.length}"` })
      return {}
    },
    DeleteObject: (input) => {
      const { objects } = bucketOf(input)
      const key = String(input['Key'])
      if (input['IfMatch'] !== undefined && input['IfMatch'] !== objects.get(key)?.etag) throw awsError('PreconditionFailed', 412)
      objects.delete(key)
      return {}
    },
  }
}
