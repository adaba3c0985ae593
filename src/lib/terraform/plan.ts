type Action = 'create' | 'update' | 'delete' | 'replace' | 'read' | 'no-op' | 'forget'

export interface PlannedResource {
  address: string
  type: string
  /** As Terraform names them: a replacement is `["delete", "create"]` or the other way round. */
  actions: string[]
  /** Exists in AWS, and this plan takes it into the state. */
  imported: boolean
  /** Holds data that is gone when it is destroyed or replaced. */
  holdsData: boolean
}

export interface PlanSummary {
  changes: { add: number; change: number; destroy: number; replace: number; import: number }
  /** Only resources that something happens to. */
  resources: PlannedResource[]
  /** Whether applying it would do anything, outputs included. */
  hasChanges: boolean
  /** Whether it makes something, and nothing of it exists yet. */
  isNew: boolean
}

/** A resource that Terraform wants to create, with what it knows of it. */
export interface PlannedCreate {
  address: string
  type: string
  values: Record<string, unknown>
}

/** The part of `terraform show -json PLANFILE` that is used. It is not redacted: never log or keep it. Source: https://developer.hashicorp.com/terraform/internals/json-format */
export interface PlanJson {
  resource_changes?: Array<{
    address: string
    mode: string
    type: string
    change: { actions: string[]; before?: unknown; after?: unknown; importing?: { id?: string } }
    action_reason?: string
  }>
  prior_state?: { values?: { root_module?: unknown } }
  configuration?: { root_module?: ConfigurationModule }
  /** What was changed outside of Terraform since the last apply. */
  resource_drift?: ResourceDrift[]
  variables?: Record<string, { value?: unknown }>
  output_changes?: Record<string, { actions: string[] }>
  applyable?: boolean
}

/** One resource that is not as the state says. */
export interface ResourceDrift {
  address: string
  module_address?: string
  mode: string
  type: string
  name: string
  change: { actions: string[]; before?: unknown; after?: unknown; before_sensitive?: unknown; after_sensitive?: unknown }
}

/** The part of the configuration that is used: which attributes and blocks each resource writes. */
export interface ConfigurationModule {
  resources?: Array<{ type: string; name: string; expressions?: Record<string, unknown> }>
  module_calls?: Record<string, { module?: ConfigurationModule }>
}

/** Types whose destruction loses something that Terraform cannot make again. */
const DATA_BEARING = new Set([
  'aws_cloudwatch_log_group',
  'aws_db_instance',
  'aws_dynamodb_table',
  'aws_ebs_volume',
  'aws_ecr_repository',
  'aws_efs_file_system',
  'aws_eks_cluster',
  'aws_elasticache_replication_group',
  'aws_kms_key',
  'aws_rds_cluster',
  'aws_route53_zone',
  'aws_s3_bucket',
])

export const dataBearingTypes: readonly string[] = [...DATA_BEARING]

/** Types that hold no data themselves, but whose replacement ends everything that runs in them. */
const CARRYING = new Set(['aws_lb', 'aws_subnet', 'aws_vpc'])

/** What a plan would do, counted and listed. Replacements count as `replace` only. */
export function summarisePlan(plan: PlanJson): PlanSummary {
  const changes = { add: 0, change: 0, destroy: 0, replace: 0, import: 0 }
  const resources: PlannedResource[] = []
  let isNew = true
  for (const { address, mode, type, change } of plan.resource_changes ?? []) {
    if (mode !== 'managed') continue
    const action = actionOf(change.actions)
    const imported = change.importing !== undefined
    if (action !== 'create') isNew = false
    if (imported) changes.import += 1
    if (action === 'create') changes.add += 1
    if (action === 'update') changes.change += 1
    if (action === 'delete') changes.destroy += 1
    if (action === 'replace') changes.replace += 1
    if (!imported && (action === 'no-op' || action === 'read')) continue
    resources.push({ address, type, actions: change.actions, imported, holdsData: DATA_BEARING.has(type) })
  }
  const outputsChange = Object.values(plan.output_changes ?? {}).some(({ actions }) => actionOf(actions) !== 'no-op')
  return { changes, resources, hasChanges: resources.length > 0 || outputsChange, isNew: isNew && changes.add > 0 }
}

/** A summary of a destruction without the resources that leave the state before it. */
export function summaryWithout(summary: PlanSummary, leaves: (resource: PlannedResource) => boolean): PlanSummary {
  const resources = summary.resources.filter((resource) => !leaves(resource))
  const destroy = resources.filter(({ actions }) => actionOf(actions) === 'delete').length
  return { ...summary, resources, changes: { ...summary.changes, destroy } }
}

/** Resources that the plan would create. */
export function plannedCreates(plan: PlanJson): PlannedCreate[] {
  return (plan.resource_changes ?? [])
    .filter(({ mode, change }) => mode === 'managed' && actionOf(change.actions) === 'create')
    .map(({ address, type, change }) => ({ address, type, values: asRecord(change.after) }))
}

/** A resource that Terraform marked as tainted, with what the state knows of it. */
export type TaintedResource = PlannedCreate

/** Resources that the plan replaces for no other reason than their mark. */
export function taintedResources(plan: PlanJson): TaintedResource[] {
  return (plan.resource_changes ?? [])
    .filter(({ action_reason }) => action_reason === 'replace_because_tainted')
    .map(({ address, type, change }) => ({ address, type, values: asRecord(change.before) }))
}

/** Resources that the plan would destroy or replace although data, or everything else, depends on them. */
export function dataLosses(summary: PlanSummary): PlannedResource[] {
  return summary.resources.filter(({ type, holdsData, actions }) => (holdsData || CARRYING.has(type)) && actions.includes('delete'))
}

function actionOf(actions: readonly string[]): Action {
  if (actions.includes('create') && actions.includes('delete')) return 'replace'
  return (actions[0] as Action | undefined) ?? 'no-op'
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
