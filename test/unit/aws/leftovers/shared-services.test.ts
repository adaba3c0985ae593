import { describe, expect, it } from 'vitest'
import { findLeftovers } from '../../../../src/lib/aws/leftovers/leftovers.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { ACCOUNT, fail, nothing } from './account.js'

const scope = { platform: 'acme', environment: 'shared', clusterName: 'acme-shared' }
const tags = (platform = 'acme', environment = 'shared') => [
  { Key: 'platform:name', Value: platform },
  { Key: 'platform:environment', Value: environment },
]

/** An account in which nothing is shared. */
const empty: Answers = {
  ...nothing,
  DescribeRepositories: () => ({}),
  GetTrail: fail('TrailNotFoundException'),
  GetWorkGroup: fail('InvalidRequestException'),
  GetDatabase: fail('EntityNotFoundException'),
  ListHostedZones: () => ({}),
  ListCertificates: () => ({}),
  GetAnalyzer: fail('ResourceNotFoundException', 404),
  GetObjectLockConfiguration: fail('NoSuchBucket', 404),
}
const survey = (answers: Answers, of = scope) => findLeftovers(fakeAws({ ...empty, ...answers }).clients, of)
const arnsOf = async (answers: Answers) => (await survey(answers)).orphans.map(({ arn }) => arn)
const named = (...arns: string[]): Answers => ({
  GetResources: () => ({ ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN })) }),
})

describe('what is left of what environments share', () => {
  it('is nothing when each service says so', async () => {
    await expect(survey({})).resolves.toEqual({ orphans: [], retained: [] })
  })

  it('are repositories of the platform, and those of nobody else', async () => {
    const repositories = ['acme/shop', 'acme/other', 'shop'].map((repositoryName) => ({
      repositoryName,
      repositoryArn: `arn:aws:ecr:${ACCOUNT}:repository/${repositoryName}`,
    }))
    const found = await arnsOf({
      DescribeRepositories: () => ({ repositories }),
      ListTagsForResource: ({ resourceArn }) => ({ tags: tags(String(resourceArn).endsWith('other') ? 'globex' : 'acme') }),
    })
    expect(found).toEqual([`arn:aws:ecr:${ACCOUNT}:repository/acme/shop`])
  })

  it('are zones and certificates by their tags', async () => {
    const found = await arnsOf({
      ListHostedZones: () => ({ HostedZones: [{ Id: '/hostedzone/Z1' }, { Id: '/hostedzone/Z2' }] }),
      ListTagsForResource: ({ ResourceId }) => ({ ResourceTagSet: { Tags: tags('acme', ResourceId === 'Z1' ? 'shared' : 'dev') } }),
      ListCertificates: () => ({ CertificateSummaryList: [{ CertificateArn: `arn:aws:acm:${ACCOUNT}:certificate/1` }] }),
      ListTagsForCertificate: () => ({ Tags: tags() }),
    })
    expect(found).toEqual([`arn:aws:acm:${ACCOUNT}:certificate/1`, 'arn:aws:route53:::hostedzone/Z1'])
  })

  it('are trail, workgroup, database and analyzer by their names, unless they are somebody else’s', async () => {
    const arn = `arn:aws:cloudtrail:${ACCOUNT}:trail/acme-shared`
    const answers = (environment: string): Answers => ({
      GetTrail: () => ({ Trail: { TrailARN: arn } }),
      ListTags: () => ({ ResourceTagList: [{ ResourceId: arn, TagsList: tags('acme', environment) }] }),
      GetWorkGroup: () => ({ WorkGroup: { Name: 'acme-shared-trail' } }),
      ListTagsForResource: () => ({ Tags: tags('acme', environment) }),
      GetDatabase: () => ({ Database: { Name: 'acme_shared_trail' } }),
      GetTags: () => ({ Tags: Object.fromEntries(tags('acme', environment).map(({ Key, Value }) => [Key, Value])) }),
      GetAnalyzer: () => ({ analyzer: { tags: Object.fromEntries(tags('acme', environment).map(({ Key, Value }) => [Key, Value])) } }),
    })
    expect(await arnsOf(answers('shared'))).toEqual([
      `arn:aws:access-analyzer:${ACCOUNT}:analyzer/acme-shared`,
      `arn:aws:athena:${ACCOUNT}:workgroup/acme-shared-trail`,
      arn,
      `arn:aws:glue:${ACCOUNT}:database/acme_shared_trail`,
    ])
    expect(await arnsOf(answers('dev'))).toEqual([])
  })

  it('is not what the tagging API goes on naming, but what nobody asked for stays unconfirmed', async () => {
    const gone = ['ecr:REGION:repository/acme/shop', 'cloudtrail:REGION:trail/acme-shared', 'acm:REGION:certificate/1']
    const other = `arn:aws:cloudtrail:${ACCOUNT}:trail/second`
    const arns = gone.map((arn) => `arn:aws:${arn.replace('REGION', ACCOUNT)}`)
    expect(await arnsOf(named(...arns, other))).toEqual([other])
  })
})

it('asks no such service for an environment', async () => {
  const { clients, calls } = fakeAws(nothing)
  await findLeftovers(clients, { ...scope, environment: 'dev' })
  expect(calls.map(({ operation }) => operation)).not.toContain('DescribeRepositories')
})
