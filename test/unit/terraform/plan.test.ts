import { describe, expect, it } from 'vitest'
import { dataLosses, plannedCreates, summarisePlan, type PlanJson } from '../../../src/lib/terraform/plan.js'

const change = (address: string, actions: string[], extra: object = {}): NonNullable<PlanJson['resource_changes']>[number] => ({
  address,
  mode: 'managed',
  type: address.split('.').at(-2) ?? '',
  change: { actions, ...extra },
})

describe('summarisePlan', () => {
  it('counts each kind of change once and leaves out what stays', () => {
    const summary = summarisePlan({
      resource_changes: [
        change('module.network.aws_vpc.this', ['create']),
        change('aws_iam_role.a', ['update']),
        change('aws_kms_key.b', ['delete', 'create']),
        change('aws_kms_key.c', ['create', 'delete']),
        change('aws_subnet.d', ['delete']),
        change('aws_subnet.e', ['no-op']),
      ],
    })
    expect(summary.changes).toEqual({ add: 1, change: 1, destroy: 1, replace: 2, import: 0 })
    expect(summary.resources.map(({ address }) => address)).not.toContain('aws_subnet.e')
    expect(summary).toMatchObject({ hasChanges: true, isNew: false })
  })

  it('says nothing changes when only data sources are read', () => {
    const plan: PlanJson = {
      resource_changes: [{ ...change('data.aws_region.current', ['read']), mode: 'data' }, change('aws_vpc.a', ['no-op'])],
    }
    expect(summarisePlan(plan)).toMatchObject({ hasChanges: false, resources: [] })
  })

  it('counts an output that changes as a change', () => {
    expect(summarisePlan({ output_changes: { vpc_id: { actions: ['update'] } } }).hasChanges).toBe(true)
  })

  it('counts an import that changes nothing else', () => {
    const summary = summarisePlan({ resource_changes: [change('aws_iam_role.a', ['no-op'], { importing: { id: 'a' } })] })
    expect(summary.changes).toMatchObject({ import: 1, add: 0, change: 0 })
    expect(summary.resources).toEqual([
      { address: 'aws_iam_role.a', type: 'aws_iam_role', actions: ['no-op'], imported: true, holdsData: false },
    ])
  })

  it('takes an environment for new when everything is created', () => {
    expect(summarisePlan({ resource_changes: [change('aws_vpc.a', ['create'])] }).isNew).toBe(true)
  })
})

describe('dataLosses', () => {
  it('names what holds data and is destroyed or replaced, and nothing else', () => {
    const summary = summarisePlan({
      resource_changes: [
        change('aws_kms_key.gone', ['delete']),
        change('aws_eks_cluster.replaced', ['delete', 'create']),
        change('aws_kms_key.new', ['create']),
        change('aws_route.gone', ['delete']),
        change('aws_vpc.replaced', ['delete', 'create']),
      ],
    })
    expect(dataLosses(summary).map(({ address }) => address)).toEqual(['aws_kms_key.gone', 'aws_eks_cluster.replaced', 'aws_vpc.replaced'])
  })
})

describe('plannedCreates', () => {
  it('gives the known values of what would be created, not of what would be replaced', () => {
    const plan: PlanJson = {
      resource_changes: [
        change('aws_vpc.a', ['create'], { after: { cidr_block: '10.0.0.0/16' } }),
        change('aws_vpc.b', ['delete', 'create'], { after: {} }),
      ],
    }
    expect(plannedCreates(plan)).toEqual([{ address: 'aws_vpc.a', type: 'aws_vpc', values: { cidr_block: '10.0.0.0/16' } }])
  })
})
