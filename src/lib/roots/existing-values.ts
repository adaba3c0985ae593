import type { ImportBlock } from '../aws/existing/plan-imports.js'
import type { ExistingCluster } from '../config/existing-schema.js'
import type { Environment, Project } from '../config/project.js'
import { gitopsValues } from './part-values.js'
import { roleOf } from './role.js'

/** The module that describes what platform did not make. */
export const FOREIGN_MODULE = 'module.cluster'

/** The values of the root of an environment around a cluster that platform did not make. */
export function existingVariables(project: Project, environment: Environment, existing: ExistingCluster): Record<string, unknown> {
  const { account, region, tags } = environment
  return {
    platform: project.platform.name,
    environment: environment.name,
    region,
    account_id: account.id,
    assume_role_arn: roleOf(project, account) ?? null,
    vpc_id: existing.vpcId,
    cluster: clusterValues(environment, existing),
    ...gitopsValues(project, environment),
    tags,
  }
}

function clusterValues({ cluster }: Environment, existing: ExistingCluster): Record<string, unknown> {
  return {
    name: existing.cluster,
    role_arn: existing.roleArn,
    kubernetes_version: cluster.kubernetesVersion,
    authentication_mode: cluster.authenticationMode,
    public_access_cidrs: cluster.publicAccessCidrs,
    private_endpoint: existing.privateEndpoint,
    subnet_ids: existing.subnetIds,
    security_group_ids: existing.securityGroupIds ?? [],
    log_types: existing.logTypes ?? [],
    secrets_kms_key_arn: existing.secretsKeyArn ?? null,
    support_type: existing.supportType ?? null,
    zonal_shift: existing.zonalShift ?? false,
    tags: existing.tags ?? {},
    node_groups: mapValues(existing.nodeGroups, nodeGroupValues),
    addons: mapValues(existing.addons ?? {}, ({ version, roleArn, configuration, podIdentities, tags }, name) => ({
      // Written by cluster upgrade.
      version: cluster.addonVersions[name] ?? version,
      role_arn: roleArn ?? null,
      configuration: configuration ?? null,
      pod_identities: podIdentities ?? {},
      tags: tags ?? {},
    })),
    access_entries: mapValues(existing.accessEntries ?? {}, ({ groups, userName, policies, tags }) => ({
      groups: groups ?? [],
      user_name: userName ?? null,
      policies: policies ?? {},
      tags: tags ?? {},
    })),
    oidc_provider: existing.oidcProvider
      ? {
          url: existing.oidcProvider.url,
          client_ids: existing.oidcProvider.clientIds,
          thumbprints: existing.oidcProvider.thumbprints ?? null,
          tags: existing.oidcProvider.tags ?? {},
        }
      : null,
  }
}

const CAPACITY = { 'on-demand': 'ON_DEMAND', spot: 'SPOT', 'capacity-block': 'CAPACITY_BLOCK' } as const

function nodeGroupValues(group: ExistingCluster['nodeGroups'][string]): Record<string, unknown> {
  return {
    role_arn: group.roleArn,
    subnet_ids: group.subnetIds,
    min: group.min,
    max: group.max,
    desired: group.desired,
    follows_cluster: group.followsCluster ?? false,
    ami_type: group.amiType ?? null,
    instance_types: group.instanceTypes ?? null,
    capacity: group.capacity === undefined ? null : CAPACITY[group.capacity],
    disk_gib: group.diskGiB ?? null,
    labels: group.labels ?? {},
    taints: group.taints ?? [],
    max_unavailable: group.maxUnavailable ?? null,
    max_unavailable_percentage: group.maxUnavailablePercentage ?? null,
    launch_template: group.launchTemplate ?? null,
    tags: group.tags ?? {},
  }
}

/** How everything of an existing cluster gets into the state. Ids as the import sections of the provider's documentation say. */
export function importsOf({ cluster, nodeGroups, addons, accessEntries, oidcProvider, roleArn }: ExistingCluster): ImportBlock[] {
  const address = (resource: string, key?: string): string =>
    `${FOREIGN_MODULE}.${resource}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`
  const [, partition = 'aws', , , account = ''] = roleArn.split(':')
  return [
    { to: address('aws_eks_cluster.this'), id: cluster },
    ...Object.keys(nodeGroups).map((name) => ({ to: address('aws_eks_node_group.this', name), id: `${cluster}:${name}` })),
    ...Object.keys(addons ?? {}).map((name) => ({ to: address('aws_eks_addon.this', name), id: `${cluster}:${name}` })),
    ...Object.entries(accessEntries ?? {}).flatMap(([principal, { policies = {} }]) => [
      { to: address('aws_eks_access_entry.this', principal), id: `${cluster}:${principal}` },
      ...Object.keys(policies).map((policy) => ({
        to: address('aws_eks_access_policy_association.this', `${principal} ${policy}`),
        id: `${cluster}#${principal}#${policy}`,
      })),
    ]),
    ...(oidcProvider
      ? [
          {
            to: `${address('aws_iam_openid_connect_provider.this')}[0]`,
            id: `arn:${partition}:iam::${account}:oidc-provider/${oidcProvider.url.replace(/^https:\/\//, '')}`,
          },
        ]
      : []),
  ]
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}
