import { expect, it } from 'vitest'
import { driftOf } from '../../../src/lib/terraform/drift.js'
import type { PlanJson, ResourceDrift } from '../../../src/lib/terraform/plan.js'

const configuration: PlanJson['configuration'] = {
  root_module: {
    module_calls: {
      cluster: {
        module: {
          resources: [
            { type: 'aws_iam_role', name: 'this', expressions: { name: {}, tags: {}, assume_role_policy: {} } },
            { type: 'aws_eks_cluster', name: 'this', expressions: { name: {}, vpc_config: [{ subnet_ids: {}, public_access_cidrs: {} }] } },
          ],
        },
      },
    },
  },
}

function role(before: Record<string, unknown>, after: Record<string, unknown> | null, actions = ['update']): ResourceDrift {
  const address = 'module.cluster.aws_iam_role.this["a"]'
  return {
    address,
    module_address: 'module.cluster',
    mode: 'managed',
    type: 'aws_iam_role',
    name: 'this',
    change: { actions, before, after },
  }
}

it('names what the configuration writes and somebody changed', () => {
  const drift = [role({ tags: { team: 'a' }, name: 'x' }, { tags: { team: 'b' }, name: 'x' })]
  expect(driftOf({ configuration, resource_drift: drift })).toEqual([
    { address: 'module.cluster.aws_iam_role.this["a"]', kind: 'changed', attributes: ['tags.team'] },
  ])
})

it('names what was deleted', () => {
  expect(driftOf({ configuration, resource_drift: [role({ name: 'x' }, null, ['delete'])] })).toMatchObject([
    { kind: 'deleted', attributes: [] },
  ])
})

it('leaves out what a resource tells of its neighbours, and nothing told in another way', () => {
  const drift = [role({ name: 'x', inline_policy: [], tags: null }, { name: 'x', inline_policy: [{ name: 'p' }], tags: {} })]
  expect(driftOf({ configuration, resource_drift: drift })).toEqual([])
})

it('keeps what Terraform would put right although the configuration does not show it', () => {
  const resource = role({ ingress: [1] }, { ingress: [1, 2] })
  const change = { actions: ['update'], before: { ingress: [1, 2] }, after: { ingress: [1] } }
  const changes = [{ address: resource.address, mode: 'managed', type: resource.type, change }]
  expect(driftOf({ configuration, resource_drift: [resource], resource_changes: changes })).toMatchObject([{ attributes: ['ingress'] }])
})

it('keeps tags that come from the provider', () => {
  expect(driftOf({ configuration, resource_drift: [role({ tags_all: { a: '1' } }, { tags_all: {} })] })).toMatchObject([
    { attributes: ['tags_all.a'] },
  ])
})

it('looks into blocks only where the configuration does', () => {
  const cluster = (vpc_config: unknown[]): Record<string, unknown> => ({ name: 'x', vpc_config })
  const drift = (after: Record<string, unknown>): ResourceDrift => ({
    ...role({}, {}),
    address: 'module.cluster.aws_eks_cluster.this',
    type: 'aws_eks_cluster',
    change: { actions: ['update'], before: cluster([{ subnet_ids: ['a'], cluster_security_group_id: '' }]), after },
  })
  expect(driftOf({ configuration, resource_drift: [drift(cluster([{ subnet_ids: ['a'], cluster_security_group_id: 'sg-1' }]))] })).toEqual(
    [],
  )
  expect(driftOf({ configuration, resource_drift: [drift(cluster([{ subnet_ids: ['a', 'b'] }]))] })).toMatchObject([
    { attributes: ['vpc_config.subnet_ids'] },
  ])
})

it('never tells a value', () => {
  const drift = [role({ assume_role_policy: 'secret-1' }, { assume_role_policy: 'secret-2' })]
  expect(JSON.stringify(driftOf({ configuration, resource_drift: drift }))).not.toContain('secret')
})
