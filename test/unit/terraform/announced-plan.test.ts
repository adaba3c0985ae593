import { expect, it } from 'vitest'
import { AnnouncedPlan } from '../../../src/lib/terraform/announced-plan.js'
import { parseMessage } from '../../../src/lib/terraform/messages.js'
import type { PlanSummary } from '../../../src/lib/terraform/plan.js'

const change = (addr: string, action: string, more: object = {}): object => {
  const resource = addr.split('.').slice(-2).join('.')
  const isData = addr.startsWith('data.')
  return {
    type: 'planned_change',
    change: {
      resource: { addr, resource: isData ? `data.${resource}` : resource, resource_type: resource.split('.')[0] },
      action,
      ...more,
    },
  }
}
const count = (add: number, more: object = {}): object => ({
  type: 'change_summary',
  changes: { add, change: 0, remove: 0, import: 0, operation: 'plan', ...more },
})
const outputs = (...actions: string[]): object => ({
  type: 'outputs',
  outputs: Object.fromEntries(actions.map((action, index) => [`o${index}`, { action }])),
})

function announced(...messages: object[]): PlanSummary | undefined {
  const plan = new AnnouncedPlan()
  for (const message of messages) plan.accept(parseMessage(JSON.stringify(message)))
  return plan.summary
}

it('knows a plan that changes nothing, whatever was read or has drifted', () => {
  const drift = { ...change('aws_vpc.a', 'update'), type: 'resource_drift' }
  expect(announced(drift, change('data.aws_region.a', 'read'), count(0), outputs('noop'))).toMatchObject({
    hasChanges: false,
    resources: [],
    // The plan of an environment that is there says nothing of what stays as it is.
    isNew: false,
  })
})

it('knows a plan that only changes outputs', () => {
  expect(announced(count(0), outputs('noop', 'update'))).toMatchObject({ hasChanges: true, resources: [] })
})

it('knows a plan that only creates', () => {
  expect(announced(change('aws_vpc.b', 'create'), change('aws_s3_bucket.a', 'create'), count(2), outputs('create'))).toEqual({
    changes: { add: 2, change: 0, destroy: 0, replace: 0, import: 0 },
    resources: [
      { address: 'aws_s3_bucket.a', type: 'aws_s3_bucket', actions: ['create'], imported: false, holdsData: true },
      { address: 'aws_vpc.b', type: 'aws_vpc', actions: ['create'], imported: false, holdsData: false },
    ],
    hasChanges: true,
    isNew: true,
  })
})

it.each([
  ['updates', [change('aws_vpc.a', 'update'), count(0, { change: 1 })]],
  ['destroys', [change('aws_vpc.a', 'delete'), count(0, { remove: 1 })]],
  ['replaces', [change('aws_vpc.a', 'replace'), count(1, { remove: 1 })]],
  ['moves', [change('aws_vpc.a', 'move'), count(0)]],
  ['imports', [change('aws_vpc.a', 'create', { importing: { id: 'vpc-1' } }), count(1)]],
  ['forgets', [change('aws_vpc.a', 'remove'), count(0)]],
  ['updates, as only the count says', [count(0, { change: 1 })]],
  ['creates more than it names', [change('aws_vpc.a', 'create'), count(2)]],
  ['was not finished', [change('aws_vpc.a', 'create')]],
  ['says nothing', []],
])('leaves a plan to its JSON that %s', (_, messages) => expect(announced(...messages)).toBeUndefined())

it.each([
  [true, 'reads only', [change('data.aws_region.a', 'read'), count(0)]],
  [false, 'has drifted', [{ ...change('aws_vpc.a', 'update'), type: 'resource_drift' }, count(0)]],
  [false, 'would make something', [change('aws_vpc.a', 'create'), count(1)]],
  [false, 'was not finished', [change('data.aws_region.a', 'read')]],
])('everything is as it was left: %s for a plan that %s', (expected, _, messages) => {
  const plan = new AnnouncedPlan()
  for (const message of messages) plan.accept(parseMessage(JSON.stringify(message)))
  expect(plan.isAsLeft).toBe(expected)
})
