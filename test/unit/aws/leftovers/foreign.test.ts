import { expect, test } from 'vitest'
import { findBlockers } from '../../../../src/lib/aws/leftovers/blockers.js'
import { findLeftovers } from '../../../../src/lib/aws/leftovers/leftovers.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { nothing, scope } from './account.js'

const owned = { Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned' }
const tagged = (Key: string) => [owned, { Key, Value: 'acme-dev' }]
const instance = (InstanceId: string, Tags: object[]) => ({ InstanceId, State: { Name: 'running' }, Tags })
const account: Answers = {
  ...nothing,
  DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags: [owned] }] }),
  DescribeSubnets: () => ({ Subnets: [{ SubnetId: 'subnet-1', Tags: [owned] }] }),
  DescribeNatGateways: () => ({ NatGateways: [{ NatGatewayId: 'nat-1', State: 'available', Tags: [owned] }] }),
  DescribeSecurityGroups: () => ({
    SecurityGroups: [
      { GroupId: 'sg-people', Tags: [owned] },
      { GroupId: 'sg-ingress', Tags: tagged('elbv2.k8s.aws/cluster') },
      { GroupId: 'sg-service', Tags: tagged('service.k8s.aws/stack') },
    ],
  }),
  DescribeInstances: () => ({
    Reservations: [{ Instances: [instance('i-people', [owned]), instance('i-karpenter', tagged('karpenter.sh/nodepool'))] }],
  }),
  DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', State: 'available', Tags: [owned] }] }),
}
const ids = (found: ReadonlyArray<{ arn: string }>) => found.map(({ arn }) => arn.slice(arn.lastIndexOf('/') + 1)).sort()
const MADE = ['i-karpenter', 'sg-ingress', 'sg-service', 'vol-1']

test('around a cluster that platform did not make, only what the cluster made goes and is left over', async () => {
  const foreign = { ...scope, foreign: 'deleted' as const }
  expect(ids(await findBlockers(fakeAws(account).clients, foreign))).toEqual(MADE)
  expect(ids((await findLeftovers(fakeAws(account).clients, foreign)).orphans)).toEqual(MADE)
})

test('around a cluster of platform, its tag is enough', async () => {
  expect(ids(await findBlockers(fakeAws(account).clients, scope))).toContain('sg-people')
  expect(ids((await findLeftovers(fakeAws(account).clients, scope)).orphans)).toEqual(
    [...MADE, 'i-people', 'nat-1', 'sg-people', 'subnet-1', 'vpc-1'].sort(),
  )
})
