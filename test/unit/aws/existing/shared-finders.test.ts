import { expect, it } from 'vitest'
import { ExistingResources } from '../../../../src/lib/aws/existing/existing-resources.js'
import { awsError, fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fakeClock } from '../../../helpers/fake-clock.js'

const scope = { platform: 'acme', environment: 'shared' }
const tags = (resource: string, environment = 'shared') => [
  { Key: 'platform:name', Value: 'acme' },
  { Key: 'platform:environment', Value: environment },
  { Key: 'platform:resource', Value: resource },
]
const refuse = (name: string) => () => {
  throw awsError(name)
}
const find = (type: string, values: Record<string, unknown>, answers: Answers) =>
  new ExistingResources({ clock: fakeClock(), signal: new AbortController().signal }, fakeAws(answers).clients, scope).find({
    address: `${type}.this`,
    type,
    values,
  })

it('takes a repository with the tags of the platform, and nobody else’s', async () => {
  const answers = (environment: string): Answers => ({
    DescribeRepositories: () => ({ repositories: [{ repositoryName: 'acme/shop', repositoryArn: 'arn:shop' }] }),
    ListTagsForResource: () => ({ tags: tags('registry/repository/shop', environment) }),
  })
  await expect(find('aws_ecr_repository', { name: 'acme/shop' }, answers('shared'))).resolves.toEqual({ importId: 'acme/shop' })
  await expect(find('aws_ecr_repository', { name: 'acme/shop' }, answers('dev'))).resolves.toBeUndefined()
  const missing = { DescribeRepositories: refuse('RepositoryNotFoundException') }
  await expect(find('aws_ecr_repository', { name: 'acme/shop' }, missing)).resolves.toBeUndefined()
})

it('tells zones of one domain apart by their tags', async () => {
  const answers: Answers = {
    ListHostedZones: () => ({ HostedZones: ['Z1', 'Z2'].map((id) => ({ Id: `/hostedzone/${id}`, Name: 'acme.example.' })) }),
    ListTagsForResource: ({ ResourceId }) => ({ ResourceTagSet: { Tags: ResourceId === 'Z2' ? tags('dns/zone/acme.example') : [] } }),
  }
  const values = { name: 'acme.example', tags_all: { 'platform:resource': 'dns/zone/acme.example' } }
  await expect(find('aws_route53_zone', values, answers)).resolves.toEqual({ importId: 'Z2' })
})

it('finds a record on a later page of its zone', async () => {
  const answers: Answers = {
    ListResourceRecordSets: ({ StartRecordName }) =>
      StartRecordName === undefined
        ? { ResourceRecordSets: [{ Name: 'acme.example.', Type: 'NS' }], IsTruncated: true, NextRecordName: 'b.acme.example.' }
        : { ResourceRecordSets: [{ Name: 'b.acme.example.', Type: 'NS' }], IsTruncated: false },
  }
  const record = (name: string, type: string) => find('aws_route53_record', { zone_id: 'Z1', name, type }, answers)
  await expect(record('b.acme.example', 'NS')).resolves.toEqual({ importId: 'Z1_b.acme.example_NS' })
  await expect(record('b.acme.example', 'A')).resolves.toBeUndefined()
})

it('leaves a certificate aside that will never be issued', async () => {
  const answers = (Status: string): Answers => ({
    ListCertificates: () => ({ CertificateSummaryList: [{ CertificateArn: 'arn:cert', DomainName: 'acme.example', Status }] }),
    ListTagsForCertificate: () => ({ Tags: tags('dns/certificate/acme.example') }),
  })
  const values = { domain_name: 'acme.example', tags_all: { 'platform:resource': 'dns/certificate/acme.example' } }
  await expect(find('aws_acm_certificate', values, answers('PENDING_VALIDATION'))).resolves.toEqual({ importId: 'arn:cert' })
  await expect(find('aws_acm_certificate', values, answers('FAILED'))).resolves.toBeUndefined()
})

it('knows that a lock without a rule is none', async () => {
  const answers = (ObjectLockConfiguration: object): Answers => ({ GetObjectLockConfiguration: () => ({ ObjectLockConfiguration }) })
  const look = (configuration: object) => find('aws_s3_bucket_object_lock_configuration', { bucket: 'b' }, answers(configuration))
  await expect(look({ ObjectLockEnabled: 'Enabled', Rule: {} })).resolves.toEqual({ importId: 'b' })
  await expect(look({ ObjectLockEnabled: 'Enabled' })).resolves.toBeUndefined()
})

it.each(['InvalidRequestException', 'ResourceNotFoundException'])('knows by %s that there is no workgroup', async (name) => {
  await expect(find('aws_athena_workgroup', { name: 'acme-shared-trail' }, { GetWorkGroup: refuse(name) })).resolves.toBeUndefined()
})
