import { expect, test } from 'vitest'
import type { PlanReport } from '../../../src/lib/core/report.js'
import { renderPlan } from '../../../src/lib/ui/plan-view.js'
import { createStyle } from '../../../src/lib/ui/style.js'

const plain = createStyle(false)
const none = { add: 0, change: 0, destroy: 0, replace: 0, import: 0 }

test('what endangers data comes last, next to the question, and stands out', () => {
  const plan: PlanReport = {
    environment: 'dev',
    changes: { add: 1, change: 1, destroy: 1, replace: 1, import: 1 },
    resources: [
      { address: 'a.new', actions: ['create'], imported: false, holdsData: true },
      { address: 'a.same', actions: ['no-op'], imported: false, holdsData: false },
      { address: 'a.found', actions: ['no-op'], imported: true, holdsData: false },
      { address: 'a.changed', actions: ['update'], imported: false, holdsData: true },
      { address: 'a.gone', actions: ['delete'], imported: false, holdsData: false },
      { address: 'a.database', actions: ['delete', 'create'], imported: false, holdsData: true },
    ],
  }
  expect(renderPlan(plan, plain).split('\n')).toEqual([
    'Plan for dev',
    '  - destroy  a.gone',
    '  ~ change   a.changed',
    '  = import   a.found',
    '  + add      a.new',
    '  ± replace  a.database  HOLDS DATA',
    '  1 to import, 1 to add, 1 to change, 1 to replace, 1 to destroy.',
  ])
})

test('a long plan is cut, but never what endangers data', () => {
  const changes = Array.from({ length: 60 }, (_, index) => ({
    address: `a.b${index}`,
    actions: ['update'],
    imported: false,
    holdsData: true,
  }))
  const databases = Array.from({ length: 45 }, (_, index) => ({
    address: `db.x${index}`,
    actions: ['delete'],
    imported: false,
    holdsData: true,
  }))
  const text = renderPlan(
    { environment: 'dev', changes: { ...none, change: 60, destroy: 45 }, resources: [...changes, ...databases] },
    plain,
  )
  expect(text.match(/HOLDS DATA/g)).toHaveLength(45)
  expect(text).toContain('… and 20 more')
})

test('many new resources show by module', () => {
  const resource = (address: string) => ({ address, actions: ['create'], imported: false, holdsData: false })
  const resources = [
    ...Array.from({ length: 20 }, (_, index) => resource(`module.network.aws_subnet.private[${index}]`)),
    resource('module.keys.aws_kms_key.this["data"]'),
    resource('aws_x.y'),
    { address: 'module.network.aws_vpc.this', actions: ['no-op'], imported: true, holdsData: false },
  ]
  expect(renderPlan({ environment: 'dev', changes: { ...none, add: 22, import: 1 }, resources }, plain).split('\n')).toEqual([
    'Plan for dev',
    '  = import   module.network      1 resource',
    '  + add      module.network      20 resources',
    '  + add      module.keys         1 resource',
    '  + add      outside of modules  1 resource',
    '  1 to import, 22 to add.',
  ])
})

test('many destroyed resources show by module, but each one that holds data', () => {
  const resource = (address: string, holdsData = false) => ({ address, actions: ['delete'], imported: false, holdsData })
  const resources = [
    resource('module.network.aws_vpc.this', true),
    ...Array.from({ length: 60 }, (_, index) => resource(`module.network.aws_route.private[${index}]`)),
    resource('module.keys.aws_kms_alias.this["data"]'),
    ...Array.from({ length: 14 }, (_, index) => resource(`module.keys.aws_kms_key.this["${index}"]`, true)),
  ]
  expect(renderPlan({ environment: 'dev', changes: { ...none, destroy: 76 }, resources }, plain).split('\n')).toEqual([
    'Plan for dev',
    '  - destroy  module.network  60 resources',
    '  - destroy  module.keys     1 resource',
    '  - destroy  module.network.aws_vpc.this  HOLDS DATA',
    ...Array.from({ length: 14 }, (_, index) => `  - destroy  module.keys.aws_kms_key.this["${index}"]  HOLDS DATA`),
    '  76 to destroy.',
  ])
})

test('no changes', () => {
  expect(renderPlan({ environment: 'dev', changes: none, resources: [] }, plain)).toBe('Plan for dev\n  No changes.')
})
