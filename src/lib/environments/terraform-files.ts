import path from 'node:path'
import { stateBucketName } from '../aws/state-bucket.js'
import type { Environment, Project } from '../config/project.js'
import { readTextIfExists, resolveInside, toJsonText, writeFileAtomic } from '../core/files.js'
import { rootFolder, stateKey } from './layout.js'

/** The values of the root module's variables, as `terraform.tfvars.json` holds them. */
export function terraformVariables(project: Project, environment: Environment): Record<string, unknown> {
  const { network, keys, cluster } = environment
  return {
    platform: project.platform.name,
    environment: environment.name,
    role: environment.role,
    region: environment.region,
    account_id: environment.account.id,
    assume_role_arn: roleOf(project, environment) ?? null,
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
    tags: environment.tags,
  }
}

/** The role to work as. In a sandbox there is none: platform's own calls do not assume one there either. */
function roleOf({ platform }: Project, { account }: Environment): string | undefined {
  return platform.target === 'sandbox' ? undefined : account.roleArn
}

/** The S3 backend of an environment, as `backend.tf.json` holds it. */
export function backendConfiguration(project: Project, environment: Environment): Record<string, unknown> {
  const { account, region } = environment
  const roleArn = roleOf(project, environment)
  return {
    terraform: {
      backend: {
        s3: {
          bucket: stateBucketName({ platform: project.platform.name, accountId: account.id, region }),
          key: stateKey(environment.name),
          region,
          encrypt: true,
          use_lockfile: true,
          ...(roleArn !== undefined && { assume_role: { role_arn: roleArn } }),
        },
      },
    },
  }
}

/**
 * Writes the two files that carry the values. Both are derived from the environment's file, so they are simply written again.
 * @returns the paths that changed, relative to the repository.
 */
export async function writeTerraformValues(
  project: Project,
  environment: Environment,
  folder = rootFolder(environment.name),
): Promise<string[]> {
  const files: Array<[string, unknown]> = [
    ['terraform.tfvars.json', terraformVariables(project, environment)],
    ['backend.tf.json', backendConfiguration(project, environment)],
  ]
  const changed: string[] = []
  for (const [name, value] of files) {
    const relative = path.posix.join(folder, name)
    const file = await resolveInside(project.directory, relative)
    const text = toJsonText(value)
    if ((await readTextIfExists(file)) === text) continue
    await writeFileAtomic(file, text)
    changed.push(relative)
  }
  return changed
}
