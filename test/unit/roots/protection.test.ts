import { expect, test } from 'vitest'
import { unprotectStep } from '../../../src/lib/roots/protection.js'
import { awsError, fakeAws, type Answers } from '../../helpers/fake-aws.js'
import { fakeClock } from '../../helpers/fake-clock.js'

const ports = { clock: fakeClock(), signal: new AbortController().signal }
const control = { progress: () => {} }

/** A step for a state with one of each, in an account where `on` are protected. */
function stepFor(on: Set<string>, answers: Answers = {}) {
  const state = [
    { address: 'module.edge[0].aws_lb.this', type: 'aws_lb', values: { arn: 'balancer' } },
    { address: 'module.databases[0].aws_db_instance.this["a"]', type: 'aws_db_instance', values: { identifier: 'instance' } },
    { address: 'module.databases[0].aws_rds_cluster.this["b"]', type: 'aws_rds_cluster', values: { cluster_identifier: 'cluster' } },
    { address: 'module.databases[0].aws_dynamodb_table.this["c"]', type: 'aws_dynamodb_table', values: { name: 'table' } },
    { address: 'module.network.aws_vpc.this', type: 'aws_vpc', values: { id: 'vpc' } },
  ]
  const off = (field: string) => (input: Record<string, unknown>) => {
    on.delete(String(input[field]))
    return {}
  }
  const { clients, calls } = fakeAws({
    DescribeLoadBalancerAttributes: ({ LoadBalancerArn }) => ({
      Attributes: [{ Key: 'deletion_protection.enabled', Value: String(on.has(String(LoadBalancerArn))) }],
    }),
    DescribeDBInstances: ({ DBInstanceIdentifier: id }) => ({ DBInstances: [{ DeletionProtection: on.has(String(id)) }] }),
    DescribeDBClusters: ({ DBClusterIdentifier: id }) => ({ DBClusters: [{ DeletionProtection: on.has(String(id)) }] }),
    DescribeTable: ({ TableName }) => ({ Table: { DeletionProtectionEnabled: on.has(String(TableName)) } }),
    ModifyLoadBalancerAttributes: off('LoadBalancerArn'),
    ModifyDBInstance: off('DBInstanceIdentifier'),
    ModifyDBCluster: off('DBClusterIdentifier'),
    UpdateTable: off('TableName'),
    ...answers,
  })
  const terraform = {
    stateResources: (...types: string[]) => Promise.resolve(state.filter(({ type }) => types.includes(type))),
  }
  const changes = () => calls.filter(({ operation }) => !operation.startsWith('Describe'))
  return { step: unprotectStep(ports, terraform, clients), changes }
}

test('switches off what is on, and nothing else', async () => {
  const on = new Set(['balancer', 'instance', 'cluster', 'table', 'somebody-else'])
  const { step, changes } = stepFor(on)
  expect(await step.isDone?.()).toBe(false)
  expect(await step.run(control)).toMatchObject({
    outcome: 'done',
    detail: expect.stringContaining('module.edge[0].aws_lb.this') as string,
  })
  await step.verify?.()
  expect([...on]).toEqual(['somebody-else'])
  expect(changes()).toEqual([
    {
      operation: 'ModifyLoadBalancerAttributes',
      input: { LoadBalancerArn: 'balancer', Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }] },
    },
    { operation: 'ModifyDBInstance', input: { DBInstanceIdentifier: 'instance', DeletionProtection: false } },
    { operation: 'ModifyDBCluster', input: { DBClusterIdentifier: 'cluster', DeletionProtection: false } },
    { operation: 'UpdateTable', input: { TableName: 'table', DeletionProtectionEnabled: false } },
  ])
})

test('changes nothing when all is off, or gone', async () => {
  const gone = (name: string) => () => {
    throw awsError(name)
  }
  const { step, changes } = stepFor(new Set(), {
    DescribeLoadBalancerAttributes: gone('LoadBalancerNotFoundException'),
    DescribeDBInstances: gone('DBInstanceNotFoundFault'),
    DescribeDBClusters: gone('DBClusterNotFoundFault'),
    DescribeTable: gone('ResourceNotFoundException'),
  })
  expect(await step.isDone?.()).toBe('off')
  expect(changes()).toEqual([])
})

test('says what is still protected when AWS does not take it off', async () => {
  const { step } = stepFor(new Set(['table']), { UpdateTable: () => ({}) })
  await step.isDone?.()
  await step.run(control)
  await expect(step.verify?.()).rejects.toMatchObject({ code: 'TimedOut', message: expect.stringContaining('dynamodb_table') as string })
})

test('a refusal of AWS is explained', async () => {
  const { step } = stepFor(new Set(), {
    DescribeTable: () => {
      throw awsError('AccessDeniedException')
    },
  })
  await expect(step.isDone?.()).rejects.toMatchObject({ code: 'AwsRefused' })
})
