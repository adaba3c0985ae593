import type { Project, Shared } from '../config/project.js'
import { SHARED_NAME } from '../core/names.js'

/** The values of the variables of the root `shared`, as `terraform.tfvars.json` holds them. A part that is switched off is null. */
export function sharedTerraformVariables({ platform, shared }: Project): Record<string, unknown> {
  const { account, region, keys, registry, trail, dns } = shared
  return {
    platform: platform.name,
    environment: SHARED_NAME,
    region,
    account_id: account.id,
    // In a sandbox there is no role: platform's own calls do not assume one there either.
    assume_role_arn: platform.target === 'sandbox' ? null : (account.roleArn ?? null),
    protection: shared.protection,
    keys: {
      rotation_days: keys.rotationDays,
      deletion_window_days: keys.deletionWindowDays,
      administrators: keys.administrators,
      users: keys.users,
    },
    registry:
      registry.repositories.length === 0
        ? null
        : {
            repositories: registry.repositories,
            // An account needs no leave for what is its own.
            pull_account_ids: registry.pullAccountIds.filter((id) => id !== account.id),
            untagged_days: registry.untaggedDays,
            keep_images: registry.keepImages ?? null,
          },
    trail: trail.enabled
      ? {
          retention_days: trail.retentionDays,
          cold_storage_days: trail.coldStorageDays,
          lock_mode: trail.lock.mode.toUpperCase(),
          lock_days: trail.lock.days,
          kms_events: trail.kmsEvents,
          data_events: trail.dataEvents,
          log_retention_days: trail.logRetentionDays,
        }
      : null,
    dns:
      Object.keys(dns.zones).length === 0
        ? null
        : {
            zones: Object.fromEntries(
              Object.entries(dns.zones).map(([domain, zone]) => [
                domain,
                {
                  certificate: zone.certificate,
                  parent: zone.parent ?? null,
                  parent_zone_id: zone.parentZoneId ?? null,
                  wait_for_certificate: zone.waitForCertificate,
                },
              ]),
            ),
          },
    access_baseline: accessBaseline(shared),
    observability: observability(shared),
    tags: platform.tags,
  }
}

function observability({ alerts, accessBaseline, trail, budgets, costAllocationTags }: Shared): Record<string, unknown> | null {
  // The use of the role is seen in the trail.
  const alarms = trail.enabled && accessBaseline.breakGlass.enabled
  if (!alarms && Object.keys(budgets).length === 0 && costAllocationTags.length === 0) return null
  return {
    alarms,
    emails: alerts.emails,
    budgets: Object.fromEntries(
      Object.entries(budgets).map(([name, { monthlyUsd, environment, emails, thresholds }]) => [
        name,
        {
          monthly_usd: monthlyUsd,
          tag: environment === undefined ? null : { key: 'platform:environment', value: environment },
          emails,
          thresholds,
        },
      ]),
    ),
    cost_allocation_tags: costAllocationTags,
  }
}

function accessBaseline({ accessBaseline: baseline }: Shared): Record<string, unknown> {
  const { breakGlass, toolRoles, github, gitlab } = baseline
  return {
    password_policy: baseline.passwordPolicy,
    block_public_buckets: baseline.blockPublicBuckets,
    encrypt_volumes: baseline.encryptVolumes,
    volume_kms_key_arn: baseline.volumeKey ?? null,
    access_analyzer: baseline.accessAnalyzer,
    break_glass: breakGlass.enabled ? { principals: breakGlass.principals } : null,
    tool_roles: toolRoles.enabled ? { plan_principals: toolRoles.planPrincipals, apply_principals: toolRoles.applyPrincipals } : null,
    github: github ? subjects(github) : null,
    gitlab: gitlab ? { url: gitlab.url, ...subjects(gitlab) } : null,
  }
}

function subjects(provider: { planSubjects: string[]; applySubjects: string[]; createProvider: boolean }): Record<string, unknown> {
  return {
    plan_subjects: provider.planSubjects,
    apply_subjects: provider.applySubjects,
    create_provider: provider.createProvider,
  }
}
