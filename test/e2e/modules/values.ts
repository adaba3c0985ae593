import { ACCOUNT, REGION } from './workbench.js'

export const ADMINISTRATOR = `arn:aws:iam::${ACCOUNT}:role/admin`

const nodeGroup = { instance_types: ['t3.large'], capacity: 'ON_DEMAND', min: 1, max: 3, desired: 2, disk_gib: 50, labels: {} }

/** A cheap environment. The emulator's add-on catalogue ends at 1.34. */
export const small = {
  platform: 'acme',
  environment: 'dev',
  role: 'workload',
  region: REGION,
  account_id: ACCOUNT,
  assume_role_arn: null,
  protection: false,
  network: { cidr: '10.0.0.0/16', zone_count: 2, nat: 'single', interface_endpoints: [] as string[], flow_log_retention_days: 7 },
  keys: {
    rotation_days: 365,
    deletion_window_days: 7,
    administrators: [] as string[],
    users: [] as string[],
    shared_account_ids: [] as string[],
  },
  cluster: {
    name: 'acme-dev',
    kubernetes_version: '1.34',
    authentication_mode: 'API',
    public_access_cidrs: ['203.0.113.0/24'],
    administrators: [ADMINISTRATOR],
    log_retention_days: 7,
    node_groups: { default: nodeGroup } as Record<string, typeof nodeGroup>,
  },
  gitops: { management_environment: 'mgmt', management_account_id: ACCOUNT },
  addons: [] as string[],
  tags: { team: 'shop' },
}

/** Everything that `small` leaves out, with names as long as they may be. */
export const large: typeof small = {
  ...small,
  platform: 'a-quite-long-platform-name-here1',
  environment: 'another-quite-long-environment-1',
  role: 'management',
  protection: true,
  network: { cidr: '10.1.0.0/20', zone_count: 3, nat: 'per-zone', interface_endpoints: ['ecr.api', 'sts'], flow_log_retention_days: 365 },
  keys: {
    rotation_days: 90,
    deletion_window_days: 30,
    administrators: [`arn:aws:iam::${ACCOUNT}:role/key-admin`],
    users: [`arn:aws:iam::${ACCOUNT}:user/key-user`],
    shared_account_ids: ['111111111111'],
  },
  cluster: {
    ...small.cluster,
    name: 'a-quite-long-platform-name-here1-another-quite-long-environment-1',
    authentication_mode: 'API_AND_CONFIG_MAP',
    public_access_cidrs: [],
    node_groups: {
      default: nodeGroup,
      arm: {
        ...nodeGroup,
        instance_types: ['m7g.large', 'c7gn.xlarge'],
        capacity: 'SPOT',
        min: 0,
        desired: 0,
        labels: { 'example.com/kind': 'arm' },
      },
    },
  },
  // It is the management environment.
  gitops: { management_environment: 'another-quite-long-environment-1', management_account_id: ACCOUNT },
}
