import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shared, trail } from './shared-values.js'
import type { StateResource } from './terraform-json.js'
import { small } from './values.js'
import { ACCOUNT, copyOfTemplates, findBinary, placeOfRoot, startEmulator, writeJson, type Binary, type Emulator } from './workbench.js'

/**
 * Most characters of each name that AWS lets a caller choose, by resource type and attribute. A type with such an attribute that is not
 * here fails the test. Sources: the API reference of each service.
 */
const LIMITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  aws_accessanalyzer_analyzer: { analyzer_name: 255 },
  aws_athena_workgroup: { name: 128 },
  aws_budgets_budget: { name: 100 },
  aws_cloudtrail: { name: 128 },
  aws_cloudwatch_dashboard: { dashboard_name: 255 },
  aws_cloudwatch_event_rule: { name: 64 },
  aws_cloudwatch_event_target: { target_id: 64 },
  aws_cloudwatch_log_group: { name: 512 },
  aws_cloudwatch_log_metric_filter: { name: 512 },
  aws_cloudwatch_metric_alarm: { alarm_name: 255 },
  aws_db_instance: { identifier: 63, final_snapshot_identifier: 255 },
  aws_db_parameter_group: { name: 255 },
  aws_db_subnet_group: { name: 255 },
  aws_dynamodb_table: { name: 255 },
  aws_ecr_repository: { name: 256 },
  aws_eks_cluster: { name: 100 },
  aws_eks_node_group: { node_group_name: 63 },
  aws_elasticache_replication_group: { replication_group_id: 40, final_snapshot_identifier: 255 },
  aws_elasticache_subnet_group: { name: 255 },
  aws_elasticache_user: { user_id: 40, user_name: 120 },
  aws_elasticache_user_group: { user_group_id: 40 },
  aws_glue_catalog_database: { name: 255 },
  aws_glue_catalog_table: { name: 255 },
  aws_iam_policy: { name: 128 },
  aws_iam_role: { name: 64 },
  aws_iam_role_policy: { name: 128 },
  aws_kms_alias: { name: 256 },
  aws_launch_template: { name: 128 },
  aws_lb: { name: 32 },
  aws_lb_target_group: { name: 32 },
  aws_rds_cluster: { cluster_identifier: 63, final_snapshot_identifier: 255 },
  aws_rds_cluster_instance: { identifier: 63 },
  aws_rds_cluster_parameter_group: { name: 255 },
  aws_route53_record: { name: 255 },
  aws_route53_zone: { name: 255 },
  aws_s3_bucket: { bucket: 63 },
  aws_security_group: { name: 255 },
  aws_sns_topic: { name: 256, display_name: 100 },
  aws_wafv2_ip_set: { name: 128 },
  aws_wafv2_web_acl: { name: 128 },
}
/** Attributes in which a caller chooses a name. */
const NAMING =
  /^(?:name|bucket|identifier|display_name|(?:alarm|analyzer|dashboard|node_group|user)_name|(?:cluster|final_snapshot)_identifier|(?:replication_group|target|user|user_group)_id)$/
/** The name of a managed rule, of an attribute or of what another resource is called already. */
const NOT_CHOSEN = new Set(['aws_s3_bucket_policy', 'aws_eks_addon'])

/** The longest name that the configuration lets a platform of a region have: its state bucket ends at 63 characters. */
function longestPlatformName(region: string): string {
  const room = 63 - `-state-000000000000-${region}`.length
  return 'a-platform-with-a-long-name-xxxxxx'.slice(0, Math.min(32, room)).replace(/-$/, 'x')
}

const name32 = (start: string): string => start.padEnd(32, 'x')
const relational = { version: '17', instance_class: 'db.t4g.medium', instances: 2, backup_retention_days: 7, final_snapshot: true }
const cache = { instance_class: 'cache.t4g.small', instances: 2, backup_retention_days: 7, final_snapshot: true }
const group = { port: 8080, protocol: 'HTTP', weight: 1, health_path: '/' }

let emulator: Emulator
let terraform: Binary
beforeAll(async () => {
  const binary = await findBinary('terraform')
  if (!binary) throw new Error('Terraform is needed')
  terraform = binary
  emulator = await startEmulator()
})
afterAll(() => emulator.stop())

/** An environment with everything, all of it with names as long as the configuration lets them be. */
function environmentValues(region: string) {
  const platform = longestPlatformName(region)
  const environment = name32('an-environment-')
  return {
    ...small,
    platform,
    environment,
    region,
    cluster: {
      ...small.cluster,
      name: `${platform}-${environment}`,
      node_groups: { [name32('nodes-')]: small.cluster.node_groups['default'] },
    },
    edge: {
      internal: false,
      allowed_cidrs: ['203.0.113.0/24'],
      certificate_arns: [],
      plain_http: true,
      // Alike but for the end.
      target_groups: { 'a-target-group-1': group, 'a-target-group-2': group },
      access_log_retention_days: 7,
    },
    waf: { mode: 'block', rate_limit: 1000, allow_cidrs: [], block_cidrs: [], counted_rules: {}, log_retention_days: 7 },
    databases: {
      [`${name32('aurora-').slice(0, 31)}1`]: { ...relational, engine: 'aurora-postgresql', instances: 6 },
      [`${name32('aurora-').slice(0, 31)}2`]: { ...relational, engine: 'aurora-postgresql' },
      [name32('postgres-')]: { ...relational, engine: 'postgresql' },
      [name32('table-')]: { engine: 'dynamodb', backup_retention_days: 7, final_snapshot: true, partition_key: { name: 'id', type: 'S' } },
      [`${name32('cache-').slice(0, 31)}1`]: { ...cache, engine: 'redis', version: '7.1' },
      [`${name32('cache-').slice(0, 31)}2`]: { ...cache, engine: 'valkey', version: '8.0' },
    },
    connectivity: { vpc_id: 'vpc-0123', cidr: '10.9.0.0/16', account_id: ACCOUNT, region, assume_role_arn: null },
    observability: { alarms: true, emails: ['oncall@example.com'], exporter: true, monthly_budget_usd: 100 },
    gitops: { management_environment: name32('mgmt-'), management_account_id: ACCOUNT },
  }
}

const sharedValues = (region: string) => ({ ...shared, platform: longestPlatformName(region), region, trail })

/** What a plan says of resources that would be made. */
async function planned(root: 'eks' | 'shared', values: object): Promise<StateResource[]> {
  const folder = path.join(await copyOfTemplates(), placeOfRoot(root))
  const run = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await terraform.run(folder, args, { endpoint: emulator.endpoint, okCodes: [0, 1] })
    if (exitCode !== 0) throw new Error(stderr)
    return stdout
  }
  await writeJson(folder, 'terraform.tfvars.json', values)
  await run('init', '-input=false')
  await run('plan', '-no-color', '-input=false', '-refresh=false', '-out=new.tfplan')
  const { resource_changes: changes } = JSON.parse(await run('show', '-json', 'new.tfplan')) as {
    resource_changes: Array<Omit<StateResource, 'values'> & { change: { after: Record<string, unknown> } }>
  }
  return changes.filter(({ mode }) => mode === 'managed').map(({ change, ...resource }) => ({ ...resource, values: change.after }))
}

const namesOf = ({ values }: StateResource): Array<[string, string]> =>
  Object.entries(values).flatMap(([attribute, value]) => (NAMING.test(attribute) && typeof value === 'string' ? [[attribute, value]] : []))

// Of the longest region, and of one in which a platform may have a name of 32 characters.
describe.each(['eu-west-1', 'ap-southeast-1'])('with the longest names in %s', (region) => {
  const plans = new Map<string, StateResource[]>()

  describe.each([
    ['environment', 'eks', environmentValues],
    ['shared', 'shared', sharedValues],
  ] as const)('%s', (_, root, valuesOf) => {
    let resources: StateResource[]
    beforeAll(async () => {
      resources = await planned(root, valuesOf(region))
      plans.set(root, resources)
    })

    test('no name is longer than AWS lets it be', () => {
      const named = resources.filter(({ type }) => !NOT_CHOSEN.has(type))
      const lengths = named.flatMap((resource) =>
        namesOf(resource).map(([attribute, value]) => ({
          what: `${resource.type}.${attribute}`,
          value,
          over: value.length - (LIMITS[resource.type]?.[attribute] ?? 0),
        })),
      )
      expect(lengths.length).toBeGreaterThan(20)
      expect(lengths.filter(({ over }) => over > 0)).toEqual([])
    })

    test('what was shortened is still told apart', () => {
      const names = resources
        .filter(({ type }) => Object.hasOwn(LIMITS, type) && type !== 'aws_iam_role_policy' && type !== 'aws_route53_record')
        .flatMap((resource) => namesOf(resource).map(([attribute, value]) => `${resource.type}.${attribute} ${value}`))
        .filter((name) => !/user_name default|target_id|display_name/.test(name))
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    })

    test('no tag is longer than AWS lets it be', () => {
      const tags = resources.flatMap(({ values }) => Object.entries((values['tags_all'] ?? {}) as Record<string, string>))
      expect(tags.length).toBeGreaterThan(100)
      expect(tags.filter(([key, value]) => key.length > 128 || value.length > 256)).toEqual([])
    })
  })

  test('the role that applies may touch the caches, whose names are cut off', () => {
    const resources = (root: string, type: string) => (plans.get(root) ?? []).filter((resource) => resource.type === type)
    const policies = resources('shared', 'aws_iam_policy').map(({ values }) => String(values['policy']))
    const patterns = policies.flatMap((policy) =>
      [...policy.matchAll(/:elasticache:[^"]*?:\*:([^"*]+)\*/g)].map(([, start]) => String(start)),
    )
    const names = ['replication_group_id', 'user_id', 'user_group_id'].flatMap((attribute) =>
      (plans.get('eks') ?? []).flatMap(({ values }) => (typeof values[attribute] === 'string' ? [values[attribute]] : [])),
    )
    expect(patterns).not.toEqual([])
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((each) => !patterns.every((start) => each.startsWith(start)))).toEqual([])
  })
})
