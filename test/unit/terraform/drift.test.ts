import { expect, it } from 'vitest'
import { driftOf as found } from '../../../src/lib/terraform/drift.js'
import type { PlanJson, ResourceDrift } from '../../../src/lib/terraform/plan.js'

const driftOf = (plan: PlanJson) => found(plan).map(({ resource }) => resource)

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
    {
      address: 'module.cluster.aws_iam_role.this["a"]',
      kind: 'changed',
      attributes: ['tags.team'],
      changes: [{ attribute: 'tags.team', before: 'a', after: 'b' }],
    },
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

it('tells nothing for what was not set', () => {
  const drift = [role({ tags: { team: 'a' } }, { tags: {} }), role({ tags: {} }, { tags: { team: 'a' } })]
  expect(driftOf({ configuration, resource_drift: drift }).map(({ changes }) => changes)).toEqual([
    [{ attribute: 'tags.team', before: 'a', after: null }],
    [{ attribute: 'tags.team', before: null, after: 'a' }],
  ])
})

it('hides what Terraform marks as sensitive, and what is called or looks like a secret', () => {
  const marked = (before_sensitive: unknown, after_sensitive: unknown): ResourceDrift => {
    const plain = role({ assume_role_policy: 'hush-1', tags: { a: 'hush-3' } }, { assume_role_policy: 'hush-2', tags: { a: 'hush-4' } })
    return { ...plain, change: { ...plain.change, before_sensitive, after_sensitive } }
  }
  const told = (...marks: Parameters<typeof marked>): string =>
    JSON.stringify(driftOf({ configuration, resource_drift: [marked(...marks)] }))
  expect(told({}, {})).toContain('hush-1')
  expect(told(true, false)).not.toContain('hush')
  expect(told({ assume_role_policy: true }, { tags: { a: true } })).not.toContain('hush')
  expect(told({ assume_role_policy: true }, {})).not.toMatch(/hush-[12]/)
  const named = role({ tags: { password: 'hush', note: 'token=hush' } }, { tags: { password: 'hush2', note: 'token=hush2' } })
  expect(JSON.stringify(driftOf({ configuration, resource_drift: [named] }))).not.toContain('hush')
})

it('tells a tag of the resource once', () => {
  const tags = { tags: { own: '1' }, tags_all: { own: '1', ours: '1' } }
  expect(driftOf({ configuration, resource_drift: [role({ tags: {}, tags_all: {} }, tags)] })).toMatchObject([
    { attributes: ['tags.own', 'tags_all.ours'] },
  ])
})
