import { codeCommitPlace } from '../aws/codecommit-password.js'
import { partitionOf } from '../aws/partition.js'
import { findManagement } from '../config/management.js'
import type { Database, Environment, Project } from '../config/project.js'
import { SHARED_NAME } from '../core/names.js'
import { roleOf } from './role.js'
import type { StatePlace, UpstreamOutputs } from './root.js'

/**
 * The variables of the parts that are switched on. A part that is off is left out altogether, so that an environment that uses none
 * has the same values as before there were any.
 */
export function partVariables(project: Project, environment: Environment, outputs: UpstreamOutputs): Record<string, unknown> {
  const { edge, waf, databases, connectivity, observability } = environment
  const { alarms, emails, monthlyBudgetUsd } = observability
  // The add-on is of no use without a role and a list of what to read.
  const exporter = observability.exporter || hasAddon(environment, 'cloudwatch-exporter')
  return {
    ...(edge.enabled && { edge: edgeValues(edge, sharedCertificates(project, environment, outputs.get(SHARED_NAME))) }),
    ...(waf.enabled && {
      waf: {
        mode: waf.mode,
        rate_limit: waf.rateLimit,
        allow_cidrs: waf.allowCidrs,
        block_cidrs: waf.blockCidrs,
        counted_rules: waf.countedRules,
        log_retention_days: waf.logRetentionDays,
      },
    }),
    ...(Object.keys(databases).length > 0 && {
      databases: Object.fromEntries(Object.entries(databases).map(([name, database]) => [name, databaseValues(database)])),
    }),
    ...(connectivity.enabled && { connectivity: managementValues(project, environment, outputs) ?? null }),
    ...((alarms || exporter || monthlyBudgetUsd !== undefined) && {
      observability: { alarms, emails, exporter, monthly_budget_usd: monthlyBudgetUsd ?? null },
    }),
    ...gitopsValues(project, environment),
    ...addonValues(environment),
    ...zoneValues(outputs.get(SHARED_NAME)),
  }
}

/** Add-ons for which module addon-roles makes something. */
const ADDONS_WITH_PARTS = ['karpenter', 'velero']

function addonValues(environment: Environment): Record<string, unknown> {
  const addons = ADDONS_WITH_PARTS.filter((name) => hasAddon(environment, name))
  return addons.length > 0 ? { addons } : {}
}

function hasAddon({ addons }: Environment, name: string): boolean {
  return addons[name]?.enabled === true
}

/** The hosted zones of the platform: what ExternalDNS and cert-manager may change. */
function zoneValues(shared: Record<string, unknown> | undefined): Record<string, unknown> {
  const zones = shared?.['zone_arns']
  const arns = typeof zones === 'object' && zones !== null ? Object.values(zones).filter((arn) => typeof arn === 'string') : []
  return arns.length > 0 ? { hosted_zone_arns: arns.sort() } : {}
}

/** The environment whose Argo CD works in all clusters, where there is one. */
export function gitopsValues(project: Project, environment: Environment): Record<string, unknown> {
  const { platform } = project
  const management = findManagement(project, environment)
  if (!management) return {}
  const { name, account } = management
  const git = codeCommitPlace(platform.git.url ?? '')
  // CodeCommit's address does not say the account: that of the management environment.
  const repository = git && `arn:${partitionOf(git.region)}:codecommit:${git.region}:${account.id}:${git.name}`
  return {
    gitops: {
      management_environment: name,
      management_account_id: account.id,
      ...(repository !== undefined && { git_repository_arn: repository }),
    },
  }
}

function edgeValues(edge: Environment['edge'], shared: readonly string[]): Record<string, unknown> {
  return {
    internal: edge.scheme === 'internal',
    allowed_cidrs: edge.allowedCidrs,
    certificate_arns: edge.certificateArns.length > 0 ? edge.certificateArns : shared,
    plain_http: edge.plainHttp,
    target_groups: Object.fromEntries(
      Object.entries(edge.targetGroups).map(([name, { port, protocol, weight, healthPath }]) => [
        name,
        { port, protocol, weight, health_path: healthPath },
      ]),
    ),
    access_log_retention_days: edge.accessLogRetentionDays,
  }
}

/**
 * Certificates of the shared root: those of the environment's region that were waited for. A load balancer takes no other ones, and
 * whether a certificate is issued yet is not known here.
 */
function sharedCertificates({ shared }: Project, { region }: Environment, outputs: Record<string, unknown> | undefined): string[] {
  const certificates = outputs?.['certificate_arns']
  const byDomain: Array<[string, unknown]> = typeof certificates === 'object' && certificates !== null ? Object.entries(certificates) : []
  const issued = byDomain.filter(([domain]) => shared.dns.zones[domain]?.waitForCertificate).map(([, arn]) => arn)
  return issued.filter((arn): arn is string => typeof arn === 'string' && arn.split(':')[3] === region).sort()
}

function databaseValues(database: Database): Record<string, unknown> {
  const { engine, version, instanceClass, instances, storageGiB, databaseName, snapshot, partitionKey, sortKey } = database
  return {
    engine,
    ...(version !== undefined && { version }),
    ...(instanceClass !== undefined && { instance_class: instanceClass }),
    ...(instances !== undefined && { instances }),
    ...(storageGiB !== undefined && { storage_gib: storageGiB }),
    ...(databaseName !== undefined && { database_name: databaseName }),
    ...(snapshot !== undefined && { snapshot }),
    backup_retention_days: database.backupRetentionDays,
    final_snapshot: database.finalSnapshot,
    ...(partitionKey && { partition_key: partitionKey }),
    ...(sortKey && { sort_key: sortKey }),
  }
}

/** The management network as its own state tells it. Undefined while it is not there. */
function managementValues(project: Project, environment: Environment, outputs: UpstreamOutputs): Record<string, unknown> | undefined {
  const management = connectedManagement(project, environment)
  const known = management && outputs.get(management.name)
  const [vpcId, cidr] = [known?.['vpc_id'], known?.['vpc_cidr']]
  if (!management || typeof vpcId !== 'string' || typeof cidr !== 'string') return undefined
  const { account, region } = management
  return {
    vpc_id: vpcId,
    cidr,
    account_id: account.id,
    region,
    assume_role_arn: roleOf(project, account) ?? null,
  }
}

function connectedManagement(project: Project, { connectivity }: Environment): Environment | undefined {
  return connectivity.enabled && connectivity.management !== undefined ? project.environments.get(connectivity.management) : undefined
}

/** The state that the parts of an environment take values from, beside the shared one. */
export function managementPlace(project: Project, environment: Environment, keyOf: (name: string) => string): StatePlace | undefined {
  const management = connectedManagement(project, environment)
  if (!management) return undefined
  const { name, account, region } = management
  return { name, account, region, stateKey: keyOf(name) }
}
