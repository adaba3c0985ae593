import { expect, test } from 'vitest'
import { findUnmanaged } from '../../../../src/lib/aws/leftovers/unmanaged.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { ACCOUNT, fail, nothing, scope } from './account.js'

const KEY = `arn:aws:kms:${ACCOUNT}:key/k`
const tagging = (...found: Array<readonly [arn: string, tags?: Record<string, string>]>): Answers => ({
  GetResources: () => ({
    ResourceTagMappingList: found.map(([ResourceARN, tags = {}]) => ({
      ResourceARN,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  }),
})
const exists: Answers = { DescribeKey: () => ({ KeyMetadata: {} }) }
const look = (answers: Answers, owned: string[] = [], elsewhere: string[] = []) => {
  const aws = fakeAws({ ...nothing, ...answers })
  const found = findUnmanaged(
    aws.clients,
    scope,
    (arn) => owned.includes(arn),
    async () => (arn) => elsewhere.includes(arn),
  )
  return { found, calls: aws.calls }
}

test('what carries the tags, exists and is in no state is told', async () => {
  const { found } = look({ ...tagging([KEY]), ...exists })
  expect(await found).toEqual([{ arn: KEY, type: 'kms:key', reason: 'It carries the tags of the environment and is in no state.' }])
})

test('one call is enough where everything is in the state', async () => {
  const { found, calls } = look(tagging([KEY]), [KEY])
  expect(await found).toEqual([])
  expect(calls.map(({ operation }) => operation)).toEqual(['GetResources'])
})

test('what is in the state of what environments share is not told', async () => {
  expect(await look({ ...tagging([KEY]), ...exists }, [], [KEY]).found).toEqual([])
})

test('what the tagging API still names but is gone is not told', async () => {
  expect(await look({ ...tagging([KEY]), DescribeKey: fail('NotFoundException') }).found).toEqual([])
})

test.each([
  ['a snapshot', `arn:aws:rds:${ACCOUNT}:cluster-snapshot:rds:x`, {}],
  ['a machine of a scaling group', `arn:aws:ec2:${ACCOUNT}:instance/i-1`, { 'aws:autoscaling:groupName': 'g' }],
  ['a volume of the cluster', `arn:aws:ec2:${ACCOUNT}:volume/vol-1`, { 'kubernetes.io/cluster/acme-dev': 'owned' }],
])('%s is made by AWS and not told', async (_, arn, tags) => {
  const { found, calls } = look(tagging([arn, tags]))
  expect(await found).toEqual([])
  expect(calls).toHaveLength(1)
})
