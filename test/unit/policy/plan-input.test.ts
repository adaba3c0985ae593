import { expect, test } from 'vitest'
import { policyInput } from '../../../src/lib/policy/plan-input.js'
import type { PlanJson } from '../../../src/lib/terraform/plan.js'

const plan = {
  resource_changes: [
    {
      address: 'aws_db_instance.a',
      mode: 'managed',
      type: 'aws_db_instance',
      change: {
        actions: ['update'],
        before: { password: 'old-hunter2', name: 'a' },
        after: {
          password: 'hunter2',
          name: 'a',
          list: [{ key: 'hunter3' }, { key: 'fine' }],
          nothing: null,
          whole: { a: 'hunter4' },
          repeated: 'x hunter2 y',
        },
        before_sensitive: { password: true },
        after_sensitive: { password: true, list: [{ key: true }, {}], nothing: true, whole: true },
      },
    },
    {
      address: 'x',
      mode: 'managed',
      type: 'x',
      change: { actions: ['create'], before: null, after: { a: 'hunter5' }, after_sensitive: true },
    },
  ],
  variables: { environment: { value: 'dev' }, token: { value: 'hunter6' } },
  planned_values: { outputs: { token: { value: 'hunter7', sensitive: true } } },
  prior_state: { values: { secret: 'hunter8' } },
  configuration: {
    provider_config: { aws: { expressions: { secret_key: { constant_value: 'hunter9' } } } },
    root_module: {
      variables: { environment: {}, token: { sensitive: true, default: 'hunter10' } },
      resources: [{ expressions: { bucket: { references: ['aws_s3_bucket.a'] }, password: { constant_value: 'hunter11' } } }],
    },
  },
} as unknown as PlanJson

test('rules see the plan without what is secret in it', () => {
  const input = policyInput(plan)
  expect(JSON.stringify(input)).not.toContain('hunter')
  const [first] = input.resource_changes as Array<{ change: { after: Record<string, unknown> } }>
  expect(first?.change.after).toEqual({
    password: '(hidden)',
    name: 'a',
    list: [{ key: '(hidden)' }, { key: 'fine' }],
    nothing: null,
    whole: '(hidden)',
    repeated: 'x (hidden) y',
  })
  expect(input.variables).toEqual({ environment: { value: 'dev' } })
  expect(JSON.stringify(input.configuration)).toContain('aws_s3_bucket.a')
})

test('rules see whose plan it is and which types hold data', () => {
  expect(policyInput(plan).platform).toMatchObject({
    environment: 'dev',
    dataTypes: expect.arrayContaining(['aws_rds_cluster', 'aws_s3_bucket']),
  })
  expect(policyInput({}).platform.environment).toBeNull()
})
