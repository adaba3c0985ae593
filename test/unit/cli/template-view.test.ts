import { expect, test } from 'vitest'
import { nextPlans } from '../../../src/lib/cli/template-view.js'
import type { RootUpdate } from '../../../src/lib/templates/update/plan-update.js'

const root = (name: string, status: RootUpdate['status'] = 'updated') => ({ name, status }) as RootUpdate

test.each([
  [[root('dev')], 'platform env plan dev'],
  [[root('dev'), root('shared')], 'platform shared plan, platform env plan dev'],
  [[root('shared')], 'platform shared plan'],
  [[root('dev'), root('prod', 'conflicts')], 'platform env plan --all'],
  [[root('dev', 'unchanged'), root('shared')], 'platform shared plan'],
])('says how to see what an update changes in AWS', (roots, commands) => {
  expect(nextPlans({ roots })).toBe(commands)
})
