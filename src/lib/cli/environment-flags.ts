import { Flags } from '@oclif/core'
import { roleFlag } from './cluster-flags.js'
import type { EnvironmentOptions } from '../config/create-environment.js'
import { supportedKubernetesVersions } from '../config/kubernetes-versions.js'
import { presets } from '../config/choices.js'

/** Flags that say what the file of a new environment holds. */
export const environmentFileFlags = {
  role: Flags.string({
    summary: 'The cluster that watches over the others, or one for applications.',
    options: ['management', 'workload'] as const,
  }),
  isolation: Flags.string({
    summary: 'hard: a cluster of its own (recommended). soft: a namespace in the cluster of --host.',
    options: ['hard', 'soft'] as const,
  }),
  host: Flags.string({ summary: 'Environment whose cluster a soft environment uses.', helpValue: '<environment>' }),
  preset: Flags.string({ summary: 'Defaults: cheap and quick, sound, or highly available and protected.', options: presets }),
  region: Flags.string({ summary: 'AWS region, if not the one of platform.yaml.', helpValue: '<region>' }),
  account: Flags.string({ summary: 'Name of the account in platform.yaml.', helpValue: '<account>' }),
  cidr: Flags.string({ summary: 'IPv4 range of the network, /16 to /20. Default: the next free /16.', helpValue: '<range>' }),
  'kubernetes-version': Flags.string({ summary: 'Kubernetes minor version.', helpValue: `<${supportedKubernetesVersions.join('|')}>` }),
}

/** Flags of the commands that can apply a plan made earlier. */
export const savedPlanFlags = {
  plan: Flags.file({ summary: 'Plan file to apply, made earlier by "plan".', exists: true, helpValue: '<file>', exclusive: ['dry-run'] }),
  'plan-digest': Flags.string({ summary: 'Digest that the plan file must have.', dependsOn: ['plan'], helpValue: '<sha256:…>' }),
}

/** The flags of the commands that apply a plan. */
export const applyFlags = {
  adopt: Flags.boolean({
    summary: 'When the state is empty or gone, import what exists in the account instead of stopping.',
    helpGroup: 'CHANGE',
  }),
  'allow-replace': Flags.string({
    summary: 'Address of a resource that holds data and may be destroyed or replaced all the same.',
    multiple: true,
    helpGroup: 'CHANGE',
  }),
}

/** Who works in a cluster, when that is another role than the one for the account. */
export const clusterRoleFlags = {
  'role-arn': roleFlag({
    summary: 'Role that works in the cluster of the host of a soft environment. Default: that of the account in platform.yaml.',
    helpValue: '<arn>',
    helpGroup: 'CHANGE',
  }),
}

interface FileFlags {
  role?: string | undefined
  isolation?: string | undefined
  host?: string | undefined
  preset?: string | undefined
  region?: string | undefined
  account?: string | undefined
  cidr?: string | undefined
  'kubernetes-version'?: string | undefined
}

/** The flags as options of the file. oclif has checked the values that come from a list. */
export function toFileOptions(flags: FileFlags): EnvironmentOptions {
  const { host, region, account, cidr } = flags
  return {
    role: flags.role as EnvironmentOptions['role'],
    isolation: flags.isolation as EnvironmentOptions['isolation'],
    preset: flags.preset as EnvironmentOptions['preset'],
    host,
    region,
    account,
    cidr,
    kubernetesVersion: flags['kubernetes-version'],
  }
}
