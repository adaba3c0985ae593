import type { Environment, Project } from '../config/project.js'
import { partVariables } from './part-values.js'
import { roleOf } from './role.js'
import type { UpstreamOutputs } from './root.js'

/**
 * The values of the variables of an environment's root module, as `terraform.tfvars.json` holds them.
 * @param outputs of the roots that it is built on; a value that they do not give yet is left out.
 */
export function terraformVariables(
  project: Project,
  environment: Environment,
  outputs: UpstreamOutputs = new Map(),
): Record<string, unknown> {
  const { network, keys, cluster } = environment
  return {
    platform: project.platform.name,
    environment: environment.name,
    role: environment.role,
    region: environment.region,
    account_id: environment.account.id,
    assume_role_arn: roleOf(project, environment.account) ?? null,
    protection: environment.protection,
    network: {
      cidr: network.cidr,
      zone_count: network.zones,
      nat: network.nat,
      interface_endpoints: network.interfaceEndpoints,
      flow_log_retention_days: network.flowLogRetentionDays,
    },
    keys: {
      rotation_days: keys.rotationDays,
      deletion_window_days: keys.deletionWindowDays,
      administrators: keys.administrators,
      users: keys.users,
      shared_account_ids: keys.sharedAccounts,
    },
    cluster: {
      name: cluster.name,
      kubernetes_version: cluster.kubernetesVersion,
      authentication_mode: cluster.authenticationMode,
      public_access_cidrs: cluster.publicAccessCidrs,
      administrators: cluster.administrators,
      log_retention_days: cluster.logRetentionDays,
      addon_versions: cluster.addonVersions,
      node_groups: Object.fromEntries(
        Object.entries(cluster.nodeGroups).map(([name, group]) => [
          name,
          {
            instance_types: group.instanceTypes,
            capacity: group.capacity === 'spot' ? 'SPOT' : 'ON_DEMAND',
            min: group.min,
            max: group.max,
            desired: group.desired,
            disk_gib: group.diskGiB,
            labels: group.labels,
          },
        ]),
      ),
    },
    ...partVariables(project, environment, outputs),
    tags: environment.tags,
  }
}
