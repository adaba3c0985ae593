// Apart from the schema, so that the flags of a command do not load the validation library.

export const roles = ['management', 'workload'] as const
export const isolations = ['hard', 'soft'] as const
export const presets = ['small', 'standard', 'production'] as const
export const targets = ['sandbox', 'aws'] as const
export const architectures = ['eks', 'openshift'] as const
export const databaseEngines = ['aurora-postgresql', 'postgresql', 'dynamodb', 'redis', 'valkey'] as const

/** Add-ons that EKS manages and the module of the cluster installs. */
export const managedAddons = ['aws-ebs-csi-driver', 'coredns', 'eks-pod-identity-agent', 'kube-proxy', 'vpc-cni'] as const

export type Role = (typeof roles)[number]
export type Isolation = (typeof isolations)[number]
export type Preset = (typeof presets)[number]
export type DatabaseEngine = (typeof databaseEngines)[number]
