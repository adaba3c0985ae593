import { expect, test } from 'vitest'
import { emptyBlockers, findBlockers } from '../../../src/lib/aws/leftovers/blockers.js'
import { findLeftovers } from '../../../src/lib/aws/leftovers/leftovers.js'
import { scopeOfDestruction } from '../../../src/lib/roots/destroy-scope.js'
import { fakeAws, type Answers } from '../../helpers/fake-aws.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { nothing } from '../aws/leftovers/account.js'

const foreign = { module: 'module.cluster', imports: [] }
const tags = [{ Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned' }]
/** A cluster at work that is called as one of platform would be. */
const living: Answers = {
  ...nothing,
  DescribeCluster: () => ({ cluster: { name: 'acme-dev', arn: 'arn:aws:eks:eu-west-1:1:cluster/acme-dev', status: 'ACTIVE' } }),
  DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', State: 'available', Tags: tags }] }),
  DescribeInstances: () => ({
    Reservations: [
      {
        Instances: [{ InstanceId: 'i-1', State: { Name: 'running' }, Tags: [...tags, { Key: 'karpenter.sh/nodepool', Value: 'default' }] }],
      },
    ],
  }),
  DeleteVolume: () => ({}),
  TerminateInstances: () => ({}),
}

test('of a cluster that is only forgotten nothing is looked for, also when it is called PLATFORM-ENVIRONMENT', async () => {
  const scope = scopeOfDestruction('acme', { name: 'dev', cluster: 'acme-dev', foreign }, foreign)
  const { clients, calls } = fakeAws(living)
  expect(await findBlockers(clients, scope)).toEqual([])
  expect(await emptyBlockers(clients, scope, { clock: fakeClock(), signal: new AbortController().signal })).toEqual([])
  expect(await findLeftovers(clients, scope)).toEqual({ orphans: [], retained: [] })
  expect(calls.filter(({ operation }) => /^(?:Delete|Terminate|DescribeCluster$)/.test(operation))).toEqual([])
})

test('a cluster that is destroyed is looked for by its name', async () => {
  const own = scopeOfDestruction('acme', { name: 'dev', cluster: 'acme-dev' }, undefined)
  expect((await findBlockers(fakeAws(living).clients, own)).map(({ type }) => type)).toEqual(['ec2:instance', 'ec2:volume'])
  expect(scopeOfDestruction('acme', { name: 'dev', cluster: 'legacy', foreign }, undefined)).toMatchObject({
    clusterName: 'legacy',
    foreign: 'deleted',
  })
})
