import { expect, it } from 'vitest'
import { findLeftovers } from '../../../../src/lib/aws/leftovers/leftovers.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { ACCOUNT, fail, nothing, ours, scope } from './account.js'

const accountId = ACCOUNT.split(':')[1] ?? ''
const dashboard = (name: string) => `arn:aws:cloudwatch::${accountId}:dashboard/${name}`
const budget = (name: string) => `arn:aws:budgets::${accountId}:budget/${name}`
const orphansOf = async (answers: Answers): Promise<string[]> =>
  (await findLeftovers(fakeAws({ ...nothing, ...answers }).clients, scope)).orphans.map(({ arn }) => arn)

it('finds the dashboard of the environment, and not that of a neighbour', async () => {
  const entries = ['acme-dev', 'acme-dev-2'].map((name) => ({ DashboardName: name, DashboardArn: dashboard(name) }))
  await expect(orphansOf({ ListDashboards: () => ({ DashboardEntries: entries }) })).resolves.toEqual([dashboard('acme-dev')])
})

it('finds budgets of the environment, and asks for the tags of those with its name only', async () => {
  const asked: unknown[] = []
  const answers: Answers = {
    DescribeBudgets: () => ({ Budgets: ['acme-dev-environment', 'acme-dev-2-environment', 'other'].map((BudgetName) => ({ BudgetName })) }),
    ListTagsForResource: ({ ResourceARN }) => {
      asked.push(ResourceARN)
      const others = [
        { Key: 'platform:name', Value: 'acme' },
        { Key: 'platform:environment', Value: 'dev-2' },
      ]
      return { ResourceTags: ResourceARN === budget('acme-dev-environment') ? ours : others }
    },
  }
  await expect(orphansOf(answers)).resolves.toEqual([budget('acme-dev-environment')])
  expect(asked).toEqual([budget('acme-dev-environment'), budget('acme-dev-2-environment')])
})

it('needs no leave to look for what the caller cannot have made', async () => {
  const refused = { ListDashboards: fail('AccessDenied', 403), DescribeBudgets: fail('AccessDeniedException', 400) }
  await expect(orphansOf(refused)).resolves.toEqual([])
})

it('asks AWS Budgets about a budget that the tagging API names', async () => {
  const arn = budget('by-another-name')
  const GetResources = () => ({ ResourceTagMappingList: [{ ResourceARN: arn }] })
  await expect(orphansOf({ GetResources, DescribeBudget: fail('NotFoundException') })).resolves.toEqual([])
  await expect(orphansOf({ GetResources, DescribeBudget: () => ({ Budget: {} }) })).resolves.toEqual([arn])
})

it('knows a cache snapshot that is gone by the error of ElastiCache', async () => {
  const arn = `arn:aws:elasticache:${ACCOUNT}:snapshot:acme-dev-cache-final`
  const GetResources = () => ({ ResourceTagMappingList: [{ ResourceARN: arn }] })
  const DescribeSnapshots = ({ SnapshotName }: Record<string, unknown>) =>
    SnapshotName === undefined ? {} : fail('SnapshotNotFoundFault', 404)()
  await expect(orphansOf({ GetResources, DescribeSnapshots })).resolves.toEqual([])
})
