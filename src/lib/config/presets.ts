import type { Preset } from './choices.js'
import type { Environment } from './project.js'
import type { LogRetentionDays } from './schema-parts.js'

/** The part of an environment that a preset decides. */
export interface PresetValues {
  protection: Environment['protection']
  network: Omit<Environment['network'], 'cidr'> & { flowLogRetentionDays: LogRetentionDays }
  keys: Pick<Environment['keys'], 'rotationDays' | 'deletionWindowDays'>
  cluster: Pick<Environment['cluster'], 'publicAccessCidrs' | 'nodeGroups'> & { logRetentionDays: LogRetentionDays }
  edge: Pick<Environment['edge'], 'enabled' | 'accessLogRetentionDays'>
  waf: Pick<Environment['waf'], 'enabled' | 'mode' | 'rateLimit'> & { logRetentionDays: LogRetentionDays }
  observability: Pick<Environment['observability'], 'alarms' | 'exporter'>
}

/** What nodes in private subnets call all the time: images, credentials, logs and the cluster's own API. */
const CLUSTER_ENDPOINTS = ['ec2', 'ecr.api', 'ecr.dkr', 'eks', 'eks-auth', 'elasticloadbalancing', 'kms', 'logs', 'sts']

export const presetValues: Readonly<Record<Preset, PresetValues>> = {
  // Cheap and quick: for trying things out and for development.
  small: {
    protection: false,
    network: { zones: 2, nat: 'single', interfaceEndpoints: [], flowLogRetentionDays: 7 },
    keys: { rotationDays: 365, deletionWindowDays: 7 },
    cluster: {
      publicAccessCidrs: [],
      logRetentionDays: 7,
      nodeGroups: {
        default: { instanceTypes: ['t3.medium'], capacity: 'on-demand', min: 1, max: 4, desired: 2, diskGiB: 30, labels: {} },
      },
    },
    edge: { enabled: false, accessLogRetentionDays: 7 },
    waf: { enabled: false, mode: 'count', rateLimit: 2000, logRetentionDays: 7 },
    observability: { alarms: false, exporter: false },
  },
  // A sound default: survives the loss of a zone but for the NAT gateway. The web ACL only counts until somebody has looked.
  standard: {
    protection: true,
    network: { zones: 3, nat: 'single', interfaceEndpoints: [], flowLogRetentionDays: 30 },
    keys: { rotationDays: 365, deletionWindowDays: 14 },
    cluster: {
      publicAccessCidrs: [],
      logRetentionDays: 30,
      nodeGroups: {
        default: { instanceTypes: ['m7i.large', 'm6i.large'], capacity: 'on-demand', min: 2, max: 6, desired: 3, diskGiB: 50, labels: {} },
      },
    },
    edge: { enabled: true, accessLogRetentionDays: 30 },
    waf: { enabled: true, mode: 'count', rateLimit: 2000, logRetentionDays: 30 },
    observability: { alarms: false, exporter: false },
  },
  // Highly available, watched and protected: the loss of a zone takes nothing with it.
  production: {
    protection: true,
    network: { zones: 3, nat: 'per-zone', interfaceEndpoints: CLUSTER_ENDPOINTS, flowLogRetentionDays: 365 },
    keys: { rotationDays: 365, deletionWindowDays: 30 },
    cluster: {
      publicAccessCidrs: [],
      logRetentionDays: 365,
      nodeGroups: {
        default: {
          instanceTypes: ['m7i.xlarge', 'm6i.xlarge'],
          capacity: 'on-demand',
          min: 3,
          max: 12,
          desired: 3,
          diskGiB: 100,
          labels: {},
        },
      },
    },
    edge: { enabled: true, accessLogRetentionDays: 365 },
    waf: { enabled: true, mode: 'block', rateLimit: 2000, logRetentionDays: 365 },
    observability: { alarms: true, exporter: true },
  },
}

/** What a preset decides for each database that does not say it itself. A table is backed up for as long as AWS can: days cost nothing. */
export const databaseDefaults: Readonly<Record<Preset, { instances: number; backupRetentionDays: number; finalSnapshot: boolean }>> = {
  small: { instances: 1, backupRetentionDays: 1, finalSnapshot: false },
  standard: { instances: 2, backupRetentionDays: 7, finalSnapshot: true },
  production: { instances: 2, backupRetentionDays: 35, finalSnapshot: true },
}
