import { describe, expect, it } from 'vitest'
import { createStateBucket, stateBucketName } from '../../../src/lib/aws/state-bucket.js'
import { awsError, fakeAws } from '../../helpers/fake-aws.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { fakeS3, type FakeBucket } from '../../helpers/fake-s3.js'

const accountId = '111122223333'
const owner = { platform: 'acme', accountId, region: 'eu-west-1' }
const NAME = 'acme-state-111122223333-eu-west-1'
const ports = () => ({ clock: fakeClock(), signal: new AbortController().signal })
const SETTINGS = ['public-access-block', 'ownership', 'versioning', 'encryption', 'tls-only-policy', 'tags']

function world(buckets = new Map<string, FakeBucket>(), region = 'eu-west-1') {
  return { buckets, ...fakeAws(fakeS3(accountId, region, buckets)) }
}

const puts = (calls: Array<{ operation: string }>): string[] =>
  calls.map(({ operation }) => operation).filter((name) => /^(?:Put|Create)/.test(name))

describe('stateBucketName', () => {
  it('names platform, account and region', () => expect(stateBucketName(owner)).toBe(NAME))

  it('refuses a name that S3 would refuse, and says how long it may be', () => {
    const platform = 'a'.repeat(32)
    expect(() => stateBucketName({ platform, accountId, region: 'ap-southeast-1' })).toThrow(
      expect.objectContaining({ code: 'InvalidName' }),
    )
    try {
      stateBucketName({ platform, accountId, region: 'ap-southeast-1' })
    } catch (error) {
      const { longest } = (error as { details: { longest: number } }).details
      expect(stateBucketName({ platform: 'a'.repeat(longest), accountId, region: 'ap-southeast-1' })).toHaveLength(63)
    }
  })
})

describe('createStateBucket', () => {
  it('makes a versioned, encrypted, private, TLS-only bucket with tags', async () => {
    const { clients, buckets, calls } = world()
    await expect(createStateBucket(clients, owner, ports())).resolves.toEqual({ bucket: NAME, created: true, repaired: [] })
    const bucket = buckets.get(NAME)
    expect(bucket).toMatchObject({
      versioning: 'Enabled',
      encryption: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      publicAccess: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      ownership: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      tags: expect.arrayContaining([{ Key: 'platform:name', Value: 'acme' }]) as unknown,
    })
    expect(JSON.parse(bucket?.policy ?? '')).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${NAME}`, `arn:aws:s3:::${NAME}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    })
    expect(calls.find(({ operation }) => operation === 'CreateBucket')?.input).toMatchObject({
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    })
  })

  it('changes nothing the second time', async () => {
    const { clients, buckets } = world()
    await createStateBucket(clients, owner, ports())
    const again = world(buckets)
    await expect(createStateBucket(again.clients, owner, ports())).resolves.toEqual({ bucket: NAME, created: false, repaired: [] })
    expect(puts(again.calls)).toEqual([])
  })

  it('names no place in us-east-1', async () => {
    const { clients, calls } = world(new Map(), 'us-east-1')
    await createStateBucket(clients, { ...owner, region: 'us-east-1' }, ports())
    expect(calls.find(({ operation }) => operation === 'CreateBucket')?.input).not.toHaveProperty('CreateBucketConfiguration')
  })

  it('repairs each setting of a bare bucket', async () => {
    const { clients } = world(new Map([[NAME, { owner: accountId, region: 'eu-west-1', objects: new Map() }]]))
    await expect(createStateBucket(clients, owner, ports())).resolves.toEqual({ bucket: NAME, created: false, repaired: SETTINGS })
  })

  it('repairs only what is wrong and keeps what others added', async () => {
    const { clients, buckets } = world()
    await createStateBucket(clients, owner, ports())
    const bucket = buckets.get(NAME) as FakeBucket
    const audit = { Sid: 'Audit', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:root' }, Action: 's3:ListBucket' }
    bucket.policy = JSON.stringify({ Version: '2012-10-17', Statement: audit })
    bucket.tags = [
      { Key: 'team', Value: 'core' },
      { Key: 'aws:cloudformation:stack-name', Value: 'x' },
    ]
    bucket.versioning = 'Suspended'
    const again = world(buckets)
    const { repaired } = await createStateBucket(again.clients, owner, ports())
    expect(repaired).toEqual(['versioning', 'tls-only-policy', 'tags'])
    expect((JSON.parse(bucket.policy) as { Statement: Array<{ Sid: string }> }).Statement.map(({ Sid }) => Sid)).toEqual([
      'Audit',
      'DenyInsecureTransport',
    ])
    expect(bucket.tags.map(({ Key }) => Key)).toEqual(['team', 'platform:name', 'platform:managed-by', 'platform:resource'])
  })

  it('is not content with a TLS rule that leaves a hole', async () => {
    const { clients, buckets } = world()
    await createStateBucket(clients, owner, ports())
    const bucket = buckets.get(NAME) as FakeBucket
    const policy = JSON.parse(bucket.policy ?? '') as { Statement: Array<{ Condition: Record<string, unknown> }> }
    policy.Statement[0]!.Condition['StringEquals'] = { 'aws:PrincipalAccount': '1' }
    bucket.policy = JSON.stringify(policy)
    expect((await createStateBucket(clients, owner, ports())).repaired).toEqual(['tls-only-policy'])
  })

  it.each([
    ['another account', { owner: '444455556666', region: 'eu-west-1' }],
    ['another region', { owner: accountId, region: 'us-west-2' }],
  ])('refuses a bucket of %s without touching it', async (_, foreign) => {
    const { clients, calls } = world(new Map([[NAME, { ...foreign, objects: new Map() }]]))
    await expect(createStateBucket(clients, owner, ports())).rejects.toMatchObject({ code: 'BackendNotOurs', exitCode: 3 })
    expect(puts(calls)).toEqual([])
  })

  it('sends the expected owner with every call', async () => {
    const { clients, calls } = world()
    await createStateBucket(clients, owner, ports())
    expect(
      calls.filter(({ operation }) => operation !== 'CreateBucket').every(({ input }) => input['ExpectedBucketOwner'] === accountId),
    ).toBe(true)
  })

  it('refuses when somebody else takes the name in between', async () => {
    const answers = fakeS3(accountId, 'eu-west-1', new Map())
    const { clients } = fakeAws({
      ...answers,
      CreateBucket: () => {
        throw awsError('BucketAlreadyExists', 409)
      },
    })
    await expect(createStateBucket(clients, owner, ports())).rejects.toMatchObject({ code: 'BackendNotOurs' })
  })

  it('waits out what S3 does not know yet', async () => {
    const answers = fakeS3(accountId, 'eu-west-1', new Map())
    let early = 3
    let busy = 1
    const clock = fakeClock()
    const { clients } = fakeAws({
      ...answers,
      CreateBucket: (input) => {
        if (busy-- > 0) throw awsError('OperationAborted', 409)
        return answers['CreateBucket']?.(input)
      },
      GetBucketVersioning: (input) => {
        if (early-- > 0) throw awsError('NoSuchBucket', 404)
        return answers['GetBucketVersioning']?.(input)
      },
    })
    await expect(createStateBucket(clients, owner, { clock, signal: new AbortController().signal })).resolves.toMatchObject({
      created: true,
    })
    expect(clock.slept.length).toBe(4)
  })

  it('says which setting does not hold', async () => {
    const answers = fakeS3(accountId, 'eu-west-1', new Map())
    const { clients } = fakeAws({ ...answers, PutBucketVersioning: () => ({}) })
    await expect(createStateBucket(clients, owner, ports())).rejects.toMatchObject({
      code: 'VerifyFailed',
      details: { setting: 'versioning' },
    })
  })

  it('explains a missing permission', async () => {
    const answers = fakeS3(accountId, 'eu-west-1', new Map())
    const { clients } = fakeAws({
      ...answers,
      PutBucketPolicy: () => {
        throw awsError('AccessDenied', 403, 'not authorized to perform: s3:PutBucketPolicy')
      },
    })
    await expect(createStateBucket(clients, owner, ports())).rejects.toMatchObject({
      code: 'AwsRefused',
      reason: expect.stringContaining('s3:PutBucketPolicy') as string,
    })
  })
})
