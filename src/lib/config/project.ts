import type { DatabaseEngine, Isolation, Preset, Role } from './choices.js'
import type { TargetGroup, WafRuleGroup } from './environment-parts-schema.js'
import type { ExistingCluster } from './existing-schema.js'
import type { KubernetesVersion } from './kubernetes-versions.js'
import type { Problem } from './problem.js'
import type { NodeGroup, Platform } from './schema.js'
import type { SharedSettings } from './shared-schema.js'
import type { People, PodSecurity } from './soft-schema.js'

/** An environment with every value decided (see `resolveEnvironment`). A soft one has the account, network and cluster of its host. */
export interface Environment {
  name: string
  role: Role
  isolation: Isolation
  host?: string
  preset: Preset
  architecture: Platform['architecture']
  account: { name: string; id: string; roleArn?: string }
  region: string
  protection: boolean
  network: {
    cidr: string
    zones: number
    nat: 'single' | 'per-zone'
    interfaceEndpoints: string[]
    flowLogRetentionDays: number
  }
  keys: {
    rotationDays: number
    deletionWindowDays: number
    administrators: string[]
    users: string[]
    sharedAccounts: string[]
  }
  cluster: {
    name: string
    kubernetesVersion: KubernetesVersion
    authenticationMode: 'API' | 'API_AND_CONFIG_MAP'
    publicAccessCidrs: string[]
    administrators: string[]
    logRetentionDays: number
    addonVersions: Record<string, string>
    nodeGroups: Record<string, NodeGroup>
  }
  edge: {
    enabled: boolean
    scheme: 'internet-facing' | 'internal'
    allowedCidrs: string[]
    /** Empty: those of the shared root, if it has any. */
    certificateArns: string[]
    plainHttp: boolean
    targetGroups: Record<string, TargetGroup>
    accessLogRetentionDays: number
  }
  waf: {
    enabled: boolean
    mode: 'count' | 'block'
    rateLimit: number
    allowCidrs: string[]
    blockCidrs: string[]
    countedRules: Partial<Record<WafRuleGroup, string[]>>
    logRetentionDays: number
  }
  databases: Record<string, Database>
  connectivity: {
    enabled: boolean
    /** The management environment, where connectivity is on. */
    management?: string
  }
  observability: {
    alarms: boolean
    emails: string[]
    exporter: boolean
    monthlyBudgetUsd?: number
  }
  /** A cluster that platform did not make: the network and the node groups above are what it has. */
  existing?: ExistingCluster
  /** Soft environments only. */
  soft?: SoftPart
  /** Every add-on that may run in an environment of this role. */
  addons: Record<string, { enabled: boolean; version: string }>
  tags: Record<string, string>
}

/** What a soft environment gets in the cluster of its host. */
export interface SoftPart {
  namespaces: string[]
  quota: { cpu: string; memory: string; pods: number; storage: string; volumes: number; loadBalancers: number }
  limits: { cpu: string; memory: string; cpuRequest: string; memoryRequest: string; maxCpu: string; maxMemory: string }
  podSecurity: PodSecurity
  networkPolicy: { ingressNamespaces: string[]; egressCidrs: string[] }
  administrators: Record<keyof People, string[]>
  viewers: Record<keyof People, string[]>
  /** Whether it has a KMS key of its own. */
  ownKey: boolean
}

/** What environments share, with every value decided (see `resolveShared`). */
export interface Shared extends Omit<SharedSettings, 'account' | 'registry'> {
  account: Environment['account']
  region: string
  registry: SharedSettings['registry'] & { pullAccountIds: string[] }
}

/** A database with every value decided. What does not belong to its engine is missing. */
export interface Database {
  engine: DatabaseEngine
  version?: string
  instanceClass?: string
  instances?: number
  storageGiB?: number
  databaseName?: string
  /** What it is made from. */
  snapshot?: string
  backupRetentionDays: number
  finalSnapshot: boolean
  partitionKey?: { name: string; type: 'S' | 'N' | 'B' }
  sortKey?: { name: string; type: 'S' | 'N' | 'B' }
}

/** A user's repository, read and validated. */
export interface Project {
  /** Absolute path of the folder that holds `platform.yaml`. */
  directory: string
  platform: Platform
  shared: Shared
  /** By name, in alphabetical order. */
  environments: ReadonlyMap<string, Environment>
  /** What breaks a policy of `platform.yaml`: it can be looked at and destroyed, but neither planned nor applied. */
  policyBreaches: readonly Problem[]
}
