import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExistingResources } from '../../src/lib/aws/existing/existing-resources.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { TestSandbox } from '../helpers/sandbox.js'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await TestSandbox.start()
})
afterAll(() => sandbox.remove())

const name = 'acme-dev-none'
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`
const acl = arn('wafv2', 'regional/webacl/none/00000000-0000-0000-0000-000000000000')

// Each of these is asked before a first creation, so no service may take the question for an error.
test.each<[type: string, values: Record<string, unknown>]>([
  ['aws_budgets_budget', { name }],
  ['aws_cloudwatch_event_rule', { name }],
  ['aws_cloudwatch_event_target', { rule: name, target_id: 'x' }],
  ['aws_cloudwatch_metric_alarm', { alarm_name: name }],
  ['aws_db_instance', { identifier: name }],
  ['aws_db_subnet_group', { name }],
  ['aws_dynamodb_table', { name }],
  ['aws_elasticache_replication_group', { replication_group_id: name }],
  ['aws_elasticache_subnet_group', { name }],
  ['aws_elasticache_user', { user_id: name }],
  ['aws_elasticache_user_group', { user_group_id: name }],
  ['aws_lb', { name }],
  ['aws_lb_target_group', { name }],
  ['aws_rds_cluster', { cluster_identifier: name }],
  ['aws_rds_cluster_instance', { identifier: name }],
  ['aws_sns_topic', { name }],
  ['aws_sns_topic_policy', { arn: arn('sns', name) }],
  ['aws_sns_topic_subscription', { topic_arn: arn('sns', name), protocol: 'email', endpoint: 'a@example.com' }],
  ['aws_vpc_peering_connection', { tags: { 'platform:resource': 'connectivity/peering' } }],
  ['aws_wafv2_ip_set', { name }],
  ['aws_wafv2_web_acl', { name }],
  ['aws_wafv2_web_acl_logging_configuration', { resource_arn: acl }],
])('%s is not found in an empty account', async (type, values) => {
  const ports = { clock: systemClock, signal: new AbortController().signal }
  const finder = new ExistingResources(ports, sandbox.clients(), { platform: 'acme', environment: 'dev' })
  expect(await finder.find({ address: `${type}.x`, type, values })).toBeUndefined()
})
