import type { Nodegroup } from '@aws-sdk/client-eks'
import type { FoundAccessEntry, FoundAddon, FoundCluster } from '../../aws/existing-cluster.js'
import type { ExistingCluster } from '../../config/existing-schema.js'
import { supportedKubernetesVersions } from '../../config/kubernetes-versions.js'

/** A cluster as an environment file says it. */
export interface Description {
  existing: ExistingCluster
  cluster: { kubernetesVersion: string; authenticationMode: string; publicAccessCidrs: string[] }
  protection: boolean
}

/** What a cluster has that the file cannot say, each with what to do about it. */
export interface Obstacle {
  what: string
  next: string
}

/**
 * Why a cluster cannot be imported. Empty: it can.
 * Sources: the EKS API reference, and the arguments of the provider's resources aws_eks_cluster and aws_eks_node_group.
 */
export function obstaclesTo({ cluster, nodeGroups, vpcCidr }: FoundCluster): Obstacle[] {
  const { name = '', status, version = '', tags = {} } = cluster
  const obstacles: Array<Obstacle | false> = [
    status !== 'ACTIVE' && { what: `the cluster is ${status ?? 'in an unknown state'}`, next: 'Wait until it is ACTIVE.' },
    cluster.accessConfig?.authenticationMode === 'CONFIG_MAP' && {
      what: 'it knows its users from the ConfigMap aws-auth only (authentication mode CONFIG_MAP)',
      next: `Let it have access entries too, which does not change who gets in and cannot be taken back: aws eks update-cluster-config --name ${name} --access-config authenticationMode=API_AND_CONFIG_MAP`,
    },
    !supportedKubernetesVersions.some((each) => each === version) && {
      what: `it runs Kubernetes ${version}, and platform knows ${supportedKubernetesVersions.join(', ')}`,
      next: `Upgrade it first, one minor version at a time: aws eks update-cluster-version --name ${name} --kubernetes-version ${supportedKubernetesVersions[0]}`,
    },
    cluster.computeConfig?.enabled === true && {
      what: 'it runs in EKS Auto Mode',
      next: 'Auto Mode brings its own nodes, load balancers and volumes: platform cannot describe them yet.',
    },
    cluster.outpostConfig !== undefined && {
      what: 'its control plane runs on an Outpost',
      next: 'Platform builds clusters in a Region only.',
    },
    (cluster.remoteNetworkConfig?.remoteNodeNetworks ?? []).length > 0 && {
      what: 'it has hybrid nodes',
      next: 'Platform cannot describe remote networks yet.',
    },
    cluster.connectorConfig !== undefined && {
      what: 'it is only connected to EKS',
      next: 'Import a cluster whose control plane EKS runs.',
    },
    tags['platform:environment'] !== undefined && {
      what: `platform made it, as environment ${tags['platform:environment']} of ${tags['platform:name'] ?? 'a platform'}`,
      next: `Its state can be made again: platform env create ${tags['platform:environment']} --adopt`,
    },
    vpcCidr === '' && { what: 'its VPC cannot be read', next: 'Is it shared from another account? Look with: aws ec2 describe-vpcs' },
  ]
  return [...obstacles.flatMap((each) => each || []), ...nodeGroups.flatMap(obstaclesOfGroup)]
}

function obstaclesOfGroup({ nodegroupName = '', status, remoteAccess, launchTemplate, nodeRepairConfig }: Nodegroup): Obstacle[] {
  const obstacles: Array<Obstacle | false> = [
    status !== 'ACTIVE' &&
      status !== 'DEGRADED' && {
        what: `node group ${nodegroupName} is ${status ?? 'in an unknown state'}`,
        next: 'Wait until it is ACTIVE.',
      },
    remoteAccess !== undefined &&
      launchTemplate === undefined && {
        what: `node group ${nodegroupName} lets people in by SSH (remote access)`,
        next: 'Make a group without it (Session Manager needs no SSH), or with a launch template, and delete this one.',
      },
    nodeRepairConfig?.enabled === true && {
      what: `node group ${nodegroupName} repairs its nodes by itself`,
      next: `Platform cannot describe it yet. Switch it off for the import: aws eks update-nodegroup-config --nodegroup-name ${nodegroupName} --node-repair-config enabled=false --cluster-name NAME`,
    },
  ]
  return obstacles.flatMap((each) => each || [])
}

/** What stays outside of the environment, in words. */
export function notesOn({ cluster, fargateProfiles }: FoundCluster): string[] {
  return [
    'The VPC, subnets, security groups, IAM roles, keys and log groups stay whose they are: the environment only names them.',
    ...(fargateProfiles.length > 0 ? [`Fargate profiles are left alone: ${fargateProfiles.join(', ')}.`] : []),
    ...(cluster.accessConfig?.authenticationMode === 'API_AND_CONFIG_MAP'
      ? ['Who is let in by the ConfigMap aws-auth stays there: it is not read.']
      : []),
  ]
}

/** A cluster without obstacles, as its environment file says it. */
export function describeCluster({ cluster, vpcCidr, nodeGroups, addons, accessEntries, oidcProvider }: FoundCluster): Description {
  const { resourcesVpcConfig: network = {}, version = '', tags } = cluster
  const logTypes = (cluster.logging?.clusterLogging ?? []).flatMap(({ enabled, types = [] }) => (enabled === true ? types : []))
  const supportType = cluster.upgradePolicy?.supportType
  const secretsKeyArn = cluster.encryptionConfig?.[0]?.provider?.keyArn
  return {
    protection: cluster.deletionProtection ?? false,
    cluster: {
      kubernetesVersion: version,
      authenticationMode: cluster.accessConfig?.authenticationMode ?? 'API',
      publicAccessCidrs: network.endpointPublicAccess === true ? (network.publicAccessCidrs ?? ['0.0.0.0/0']).toSorted() : [],
    },
    existing: {
      cluster: cluster.name ?? '',
      roleArn: cluster.roleArn ?? '',
      vpcId: network.vpcId ?? '',
      vpcCidr,
      subnetIds: (network.subnetIds ?? []).toSorted(),
      ...unlessEmpty('securityGroupIds', (network.securityGroupIds ?? []).toSorted()),
      privateEndpoint: network.endpointPrivateAccess ?? false,
      ...unlessEmpty('logTypes', logTypes.toSorted()),
      ...(secretsKeyArn !== undefined && { secretsKeyArn }),
      ...(supportType !== undefined && { supportType }),
      ...(cluster.zonalShiftConfig?.enabled === true && { zonalShift: true }),
      ...ownTags(tags),
      nodeGroups: Object.fromEntries(nodeGroups.map((group) => [group.nodegroupName ?? '', nodeGroupOf(group, version)])),
      ...unlessEmpty('addons', Object.fromEntries(addons.map((each) => [each.addon.addonName ?? '', addonOf(each)]))),
      ...unlessEmpty('accessEntries', Object.fromEntries(accessEntries.map((entry) => [entry.principalArn, accessEntryOf(entry)]))),
      ...(oidcProvider && { oidcProvider: { ...oidcProvider, tags: ownTags(oidcProvider.tags).tags } }),
    },
  }
}

const CAPACITY = { ON_DEMAND: 'on-demand', SPOT: 'spot', CAPACITY_BLOCK: 'capacity-block' } as const

function nodeGroupOf(group: Nodegroup, clusterVersion: string): ExistingCluster['nodeGroups'][string] {
  const { minSize = 0, maxSize = 1, desiredSize = 0 } = group.scalingConfig ?? {}
  const { maxUnavailable, maxUnavailablePercentage } = group.updateConfig ?? {}
  const { launchTemplate, amiType, capacityType } = group
  const template = launchTemplate?.id !== undefined &&
    launchTemplate.version !== undefined && { id: launchTemplate.id, version: launchTemplate.version }
  return {
    roleArn: group.nodeRole ?? '',
    subnetIds: (group.subnets ?? []).toSorted(),
    ...{ min: minSize, max: maxSize, desired: desiredSize },
    // With an image of its own the template decides the version.
    ...(group.version === clusterVersion && amiType !== 'CUSTOM' && { followsCluster: true }),
    ...(amiType !== undefined && { amiType }),
    ...unlessEmpty('instanceTypes', group.instanceTypes ?? []),
    ...(capacityType !== undefined && { capacity: CAPACITY[capacityType] }),
    ...(group.diskSize !== undefined && !template && { diskGiB: group.diskSize }),
    ...unlessEmpty('labels', group.labels ?? {}),
    ...unlessEmpty(
      'taints',
      (group.taints ?? []).map(({ key = '', value, effect = 'NO_SCHEDULE' }) => ({
        key,
        ...(value !== undefined && value !== '' && { value }),
        effect,
      })),
    ),
    ...(maxUnavailable !== undefined && { maxUnavailable }),
    ...(maxUnavailablePercentage !== undefined && { maxUnavailablePercentage }),
    ...(template && { launchTemplate: template }),
    ...ownTags(group.tags),
  }
}

function addonOf({ addon, podIdentities }: FoundAddon): NonNullable<ExistingCluster['addons']>[string] {
  const { addonVersion = '', serviceAccountRoleArn: roleArn, configurationValues: configuration } = addon
  return {
    version: addonVersion,
    ...(roleArn !== undefined && roleArn !== '' && { roleArn }),
    ...(configuration !== undefined && configuration !== '' && { configuration }),
    ...unlessEmpty('podIdentities', podIdentities),
    ...ownTags(addon.tags),
  }
}

function accessEntryOf({
  principalArn,
  userName,
  groups,
  policies,
  tags,
}: FoundAccessEntry): NonNullable<ExistingCluster['accessEntries']>[string] {
  const byPolicy = policies.map(({ policyArn = '', accessScope }) => [policyArn, (accessScope?.namespaces ?? []).toSorted()] as const)
  return {
    ...unlessEmpty('groups', groups.toSorted()),
    ...(userName !== undefined && userName !== defaultUserName(principalArn) && { userName }),
    ...unlessEmpty('policies', Object.fromEntries(byPolicy)),
    ...ownTags(tags),
  }
}

/** The name that EKS gives without being told. https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html */
function defaultUserName(principalArn: string): string {
  const [, partition = '', , , account = '', resource = ''] = principalArn.split(':')
  const name = resource.split('/').at(-1) ?? ''
  return resource.startsWith('role/') ? `arn:${partition}:sts::${account}:assumed-role/${name}/{{SessionName}}` : principalArn
}

/** AWS's own tags cannot be written. */
function ownTags(tags: Readonly<Record<string, string>> = {}): { tags?: Record<string, string> } {
  return unlessEmpty('tags', Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:'))))
}

function unlessEmpty<K extends string, V extends object>(key: K, value: V): { [name in K]?: V } {
  return Object.keys(value).length > 0 ? ({ [key]: value } as { [name in K]?: V }) : {}
}
