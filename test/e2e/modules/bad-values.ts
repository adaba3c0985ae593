import { badAccounts, badKeyArns, badPrincipals, badRetention, badTags, keyArn, names, type ModuleValues } from './rules.js'
import { sharedModuleValues } from './shared-values.js'

const group = { instance_types: ['m7i.large'], min: 1, max: 2, desired: 1 }

export const moduleValues: Record<string, ModuleValues> = {
  ...sharedModuleValues,
  state: {
    good: { platform: 'acme', bucket: 'acme-state', kms_key_arn: keyArn },
    bad: { platform: names, bucket: ['Acme', 'a', 'a.b', 'a'.repeat(64)], kms_key_arn: badKeyArns, tags: badTags },
  },
  network: {
    good: {
      platform: 'acme',
      environment: 'dev',
      cidr: '10.0.0.0/20',
      interface_endpoints: ['ecr.api'],
      cluster_names: ['acme-dev'],
      log_kms_key_arn: keyArn,
    },
    bad: {
      platform: names,
      environment: names,
      cidr: ['10.0.0.1/16', '10.0.0.0', '10.0.0.0/15', '10.0.0.0/21', 'fd00::/16', ''],
      zone_count: [1, 4, 2.5],
      nat: ['none', ''],
      interface_endpoints: [['ECR'], [''], ['s3'], ['ecr.api', 'dynamodb']],
      cluster_names: [[''], ['a b']],
      flow_log_retention_days: badRetention,
      log_kms_key_arn: badKeyArns,
      tags: badTags,
    },
  },
  keys: {
    good: {
      platform: 'acme',
      environment: 'dev',
      purposes: ['data'],
      administrators: ['arn:aws:iam::111122223333:role/a/b'],
      shared_account_ids: ['111122223333'],
    },
    bad: {
      platform: names,
      environment: names,
      purposes: [['everything']],
      rotation_days: [89, 2561, 90.5],
      deletion_window_days: [6, 31, 7.5],
      administrators: badPrincipals,
      users: badPrincipals,
      shared_account_ids: badAccounts,
      tags: badTags,
    },
  },
  'cluster-eks': {
    good: {
      platform: 'acme',
      environment: 'dev',
      name: 'acme-dev',
      kubernetes_version: '1.35',
      subnet_ids: ['subnet-1', 'subnet-2'],
      public_access_cidrs: ['203.0.113.0/24'],
      secrets_kms_key_arn: keyArn,
      data_kms_key_arn: keyArn,
      log_kms_key_arn: keyArn,
      node_groups: { default: group },
      addon_versions: { coredns: 'v1.12.4-eksbuild.1' },
    },
    bad: {
      platform: names,
      environment: names,
      name: ['', '-a', 'a b', 'a'.repeat(101)],
      role: ['admin'],
      kubernetes_version: ['1.35.1', '1', '2.0', 'v1.35'],
      authentication_mode: ['CONFIG_MAP'],
      subnet_ids: [[], ['subnet-1']],
      public_access_cidrs: [['203.0.113.1/24'], ['everywhere'], ['2001:db8::/32']],
      administrators: badPrincipals,
      secrets_kms_key_arn: badKeyArns,
      data_kms_key_arn: badKeyArns,
      log_kms_key_arn: badKeyArns,
      log_retention_days: badRetention,
      node_groups: [
        {},
        { 'a b': group },
        { default: { ...group, instance_types: [] } },
        { default: { ...group, instance_types: ['large'] } },
        { default: { ...group, capacity: 'on-demand' } },
        { default: { ...group, min: 2, desired: 1 } },
        { default: { ...group, desired: 3 } },
        { default: { ...group, min: -1 } },
        { default: { ...group, min: 0, max: 0, desired: 0 } },
        { default: { ...group, disk_gib: 19 } },
      ],
      addon_versions: [{ 'core-dns': 'v1' }],
      hosted_zone_arns: [['*']],
      tags: badTags,
    },
  },
}

export const rootValues = {
  platform: names,
  environment: names,
  role: ['admin'],
  region: ['Ireland', 'eu-west', 'eu-west-1a'],
  account_id: ['1', 'acme'],
  assume_role_arn: ['arn:aws:iam::111122223333:user/x', 'admin'],
  tags: badTags,
}
