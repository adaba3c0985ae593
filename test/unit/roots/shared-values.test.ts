import { expect, test } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import { sharedTerraformVariables } from '../../../src/lib/roots/shared-values.js'
import { PLATFORM, repository } from '../config/repository.js'

const valuesOf = async (text: string): Promise<Record<string, unknown>> =>
  sharedTerraformVariables(await loadProject(await repository({ 'platform.yaml': PLATFORM + text })))

test('a part that is off is null', async () => {
  expect(await valuesOf('shared:\n  trail:\n    enabled: false\n')).toEqual({
    platform: 'acme',
    environment: 'shared',
    region: 'eu-west-1',
    account_id: '000000000000',
    assume_role_arn: null,
    protection: true,
    keys: { rotation_days: 365, deletion_window_days: 30, administrators: [], users: [] },
    registry: null,
    trail: null,
    dns: null,
    access_baseline: {
      password_policy: true,
      block_public_buckets: true,
      encrypt_volumes: true,
      volume_kms_key_arn: null,
      access_analyzer: true,
      break_glass: { principals: [] },
      tool_roles: { plan_principals: [], apply_principals: [] },
      github: null,
      gitlab: null,
    },
    observability: null,
    tags: {},
  })
})

test('everything that is written reaches its variable', async () => {
  const text = `tags:
  team: shop
shared:
  protection: false
  registry:
    repositories: [shop/web]
    pullAccounts: [sandbox, "222222222222"]
    keepImages: 50
  trail:
    retentionDays: 400
    coldStorageDays: 30
    lock:
      mode: compliance
      days: 400
    kmsEvents: false
    dataEvents: [s3]
  dns:
    zones:
      example.com:
        parentZoneId: Z123
        waitForCertificate: true
      p.example.com:
        parent: example.com
        certificate: false
  accessBaseline:
    accessAnalyzer: false
    breakGlass:
      enabled: false
    github:
      planSubjects: ["repo:acme/platform:pull_request"]
      applySubjects: ["repo:acme/platform:environment:production"]
    gitlab:
      url: https://git.example.com
      createProvider: false
  budgets:
    all:
      monthlyUsd: 1000
      emails: [finance@example.com]
    basis:
      monthlyUsd: 50.5
      environment: shared
      emails: [anna@example.com]
      thresholds: [50]
  costAllocationTags: ["platform:environment"]
`
  expect(await valuesOf(text)).toMatchObject({
    protection: false,
    // Its own account needs no leave.
    registry: { repositories: ['shop/web'], pull_account_ids: ['222222222222'], untagged_days: 14, keep_images: 50 },
    trail: {
      retention_days: 400,
      cold_storage_days: 30,
      lock_mode: 'COMPLIANCE',
      lock_days: 400,
      kms_events: false,
      data_events: ['s3'],
      log_retention_days: 90,
    },
    dns: {
      zones: {
        'example.com': { certificate: true, parent: null, parent_zone_id: 'Z123', wait_for_certificate: true },
        'p.example.com': { certificate: false, parent: 'example.com', parent_zone_id: null, wait_for_certificate: false },
      },
    },
    access_baseline: {
      access_analyzer: false,
      break_glass: null,
      github: {
        plan_subjects: ['repo:acme/platform:pull_request'],
        apply_subjects: ['repo:acme/platform:environment:production'],
        create_provider: true,
      },
      gitlab: { url: 'https://git.example.com', plan_subjects: [], apply_subjects: [], create_provider: false },
    },
    observability: {
      // Without the role there is nothing to watch.
      alarms: false,
      budgets: {
        all: { monthly_usd: 1000, tag: null, emails: ['finance@example.com'], thresholds: [80, 100] },
        basis: { monthly_usd: 50.5, tag: { key: 'platform:environment', value: 'shared' }, emails: ['anna@example.com'], thresholds: [50] },
      },
      cost_allocation_tags: ['platform:environment'],
    },
    tags: { team: 'shop' },
  })
})

test.each([
  ['', { alarms: true, emails: [], budgets: {} }],
  ['  alerts:\n    emails: [oncall@example.com]\n', { alarms: true, emails: ['oncall@example.com'] }],
  ['  trail:\n    enabled: false\n', null],
  ['  accessBaseline:\n    breakGlass:\n      enabled: false\n', null],
])('watches the role for emergencies where there are role and trail: %j', async (settings, observability) => {
  const values = await valuesOf(settings === '' ? '' : `shared:\n${settings}`)
  if (observability === null) expect(values['observability']).toBeNull()
  else expect(values['observability']).toMatchObject(observability)
})

test('works as the role of the account, but not in a sandbox', async () => {
  const account = '    role: arn:aws:iam::000000000000:role/x\n'
  expect(await valuesOf(account)).toMatchObject({ assume_role_arn: null })
  const directory = await repository({ 'platform.yaml': PLATFORM.replace('target: sandbox', 'target: aws') + account })
  expect(sharedTerraformVariables(await loadProject(directory))).toMatchObject({ assume_role_arn: 'arn:aws:iam::000000000000:role/x' })
})
