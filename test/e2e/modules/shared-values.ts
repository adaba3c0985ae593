import { badAccounts, badKeyArns, badPrincipals, badRetention, badTags, keyArn, names, type ModuleValues } from './rules.js'
import { ACCOUNT, REGION } from './workbench.js'

const subject = 'repo:acme/platform:ref:refs/heads/main'
const path = 'project_path:acme/platform:ref_type:branch:ref:main'
const zone = { certificate: true }
const common = { platform: names, environment: names, tags: badTags }

/** The modules of what environments share. */
export const sharedModuleValues: Record<string, ModuleValues> = {
  registry: {
    good: {
      platform: 'acme',
      repositories: ['shop', 'apps/web_1.x'],
      kms_key_arn: keyArn,
      pull_account_ids: ['111122223333'],
      keep_images: 50,
    },
    bad: {
      ...common,
      repositories: [['Shop'], ['-shop'], ['shop/'], ['a//b'], [''], ['a'.repeat(201)]],
      kms_key_arn: badKeyArns,
      pull_account_ids: badAccounts,
      untagged_days: [0, 3651, 1.5],
      keep_images: [9, 100_001, 10.5],
    },
  },
  trail: {
    good: { platform: 'acme', lock_mode: 'COMPLIANCE', data_events: ['s3'], log_kms_key_arn: keyArn },
    bad: {
      ...common,
      retention_days: [89, 36_501, 90.5],
      cold_storage_days: [0, 1.5],
      lock_mode: ['governance', ''],
      lock_days: [0, 1.5],
      data_events: [['sqs']],
      log_retention_days: badRetention,
      log_kms_key_arn: badKeyArns,
      query_result_days: [0, 3651, 1.5],
      key_rotation_days: [89, 2561, 90.5],
      key_deletion_window_days: [6, 31, 7.5],
    },
  },
  dns: {
    good: {
      platform: 'acme',
      zones: {
        'example.com': { parent_zone_id: 'Z0123456789ABCDEFGHIJ', wait_for_certificate: true },
        'p.example.com': { certificate: false, parent: 'example.com' },
      },
    },
    bad: {
      ...common,
      zones: [
        { 'example.com.': zone },
        { Example: zone },
        { 'example.com': zone, 'p.example.com': { parent: 'example.com', parent_zone_id: 'Z1' } },
        { 'p.example.com': { parent: 'example.com' } },
        { 'example.com': zone, 'example.org': { parent: 'example.com' } },
        { 'example.com': { parent_zone_id: '/hostedzone/Z1' } },
        { 'example.com': { certificate: false, wait_for_certificate: true } },
      ],
    },
  },
  'access-baseline': {
    good: {
      platform: 'acme',
      volume_kms_key_arn: keyArn,
      break_glass: { principals: ['arn:aws:iam::111122223333:user/anna'] },
      tool_roles: { plan_principals: ['arn:aws:iam::111122223333:role/a/b'] },
      github: {
        plan_subjects: [subject, 'repo:acme/platform:pull_request'],
        apply_subjects: ['repo:acme/platform:environment:production', 'repo:acme@1234/platform@5678:environment:production'],
      },
      gitlab: { apply_subjects: [path] },
    },
    bad: {
      ...common,
      volume_kms_key_arn: badKeyArns,
      break_glass: [{ principals: ['arn:aws:iam::111122223333:role/x'] }, { principals: ['*'] }],
      tool_roles: badPrincipals.map((principals) => ({ apply_principals: principals })),
      github: [
        { plan_subjects: ['repo:acme/platform:*'] },
        { plan_subjects: ['repo:acme/*:pull_request'] },
        { plan_subjects: ['repo:acme@1234/platform@*:pull_request'] },
        { apply_subjects: ['acme/platform'] },
        { apply_subjects: ['repo:acme/platform:pull_request'] },
      ],
      gitlab: [
        { url: 'https://gitlab.com/' },
        { url: 'http://gitlab.com' },
        { plan_subjects: ['project_path:acme/*:ref_type:branch:ref:main'] },
        { apply_subjects: ['project_path:acme/platform:ref_type:branch:ref:*'] },
      ],
    },
  },
}

/** Everything that the root `shared` has, switched on. */
export const shared = {
  platform: 'acme',
  environment: 'shared',
  region: REGION,
  account_id: ACCOUNT,
  assume_role_arn: null,
  protection: false,
  keys: { rotation_days: 365, deletion_window_days: 7, administrators: [] as string[], users: [] as string[] },
  registry: { repositories: ['shop', 'apps/web'], pull_account_ids: ['111111111111'], untagged_days: 14, keep_images: 50 as number | null },
  trail: null as object | null,
  dns: {
    zones: {
      'acme.example': { certificate: true, parent: null, parent_zone_id: null, wait_for_certificate: true },
      'dev.acme.example': { certificate: true, parent: 'acme.example', parent_zone_id: null, wait_for_certificate: false },
    },
  } as object | null,
  access_baseline: {
    password_policy: true,
    block_public_buckets: true,
    encrypt_volumes: true,
    volume_kms_key_arn: null,
    access_analyzer: true,
    break_glass: { principals: [] as string[] },
    tool_roles: { plan_principals: [] as string[], apply_principals: [] as string[] },
    github: {
      plan_subjects: ['repo:acme/platform:pull_request'],
      apply_subjects: ['repo:acme/platform:environment:production'],
      create_provider: true,
    },
    gitlab: { url: 'https://gitlab.com', plan_subjects: [path], apply_subjects: [] as string[], create_provider: true },
  } as object | null,
  observability: {
    alarms: false,
    emails: [] as string[],
    budgets: {
      all: { monthly_usd: 1000, tag: null, emails: ['finance@example.com'], thresholds: [80, 100] },
      basis: { monthly_usd: 50, tag: { key: 'platform:environment', value: 'shared' }, emails: ['anna@example.com'], thresholds: [50] },
    },
    cost_allocation_tags: [] as string[],
  } as object | null,
  tags: { team: 'shop' },
}

/** The audit trail, whose buckets take a minute in the emulator. */
export const trail = {
  retention_days: 730,
  cold_storage_days: 90,
  lock_mode: 'GOVERNANCE',
  lock_days: 365,
  kms_events: true,
  data_events: [] as string[],
  log_retention_days: 90,
}

export const sharedRootValues = {
  platform: names,
  environment: ['dev', ''],
  region: ['Ireland', 'eu-west', 'eu-west-1a'],
  account_id: ['1', 'acme'],
  assume_role_arn: ['arn:aws:iam::111122223333:user/x', 'admin'],
  tags: badTags,
}
