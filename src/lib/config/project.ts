import type { Isolation, Preset, Role } from './choices.js'
import type { KubernetesVersion } from './kubernetes-versions.js'
import type { NodeGroup, Platform } from './schema.js'
import type { SharedSettings } from './shared-schema.js'

/** An environment with every value decided (see `resolveEnvironment`). A soft one has the account, network, keys and cluster of its host. */
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
    nodeGroups: Record<string, NodeGroup>
  }
  tags: Record<string, string>
}

/** What environments share, with every value decided (see `resolveShared`). */
export interface Shared extends Omit<SharedSettings, 'account' | 'registry'> {
  account: Environment['account']
  region: string
  registry: SharedSettings['registry'] & { pullAccountIds: string[] }
}

/** A user's repository, read and validated. */
export interface Project {
  /** Absolute path of the folder that holds `platform.yaml`. */
  directory: string
  platform: Platform
  shared: Shared
  /** By name, in alphabetical order. */
  environments: ReadonlyMap<string, Environment>
}
