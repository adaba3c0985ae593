import validRange from 'semver/ranges/valid.js'
import * as z from 'zod'
import { isReservedPlatformName } from '../core/names.js'
import { addonsSchema, mirrorsSchema } from './addons/settings-schema.js'
import { architectures, isolations, managedAddons, presets, roles, targets } from './choices.js'
import {
  connectivitySchema,
  databasesSchema,
  edgeSchema,
  observabilitySchema,
  policiesSchema,
  wafSchema,
} from './environment-parts-schema.js'
import { existingSchema } from './existing-schema.js'
import { defaultKubernetesVersion, supportedKubernetesVersions } from './kubernetes-versions.js'
import { accountId, cidr, days, later, logRetentionDays, name, networkCidr, principalArn, region, roleArn, tags } from './schema-parts.js'
import { sharedSchema } from './shared-schema.js'
import { limitsSchema, networkPolicySchema, peopleSchema, podSecurities, quotaSchema, softNamespacesSchema } from './soft-schema.js'

const preset = z.enum(presets)
const kubernetesVersion = z.enum(supportedKubernetesVersions)
const terraformBinary = z.enum(['terraform', 'tofu'])

export const platformSchema = z
  .strictObject({
    apiVersion: z.literal('platform/v1alpha1').describe('Version of this file format.'),
    kind: z.literal('Platform'),
    name: name
      .refine((value) => !isReservedPlatformName(value), { error: 'must not be "aws" or start with "aws-": AWS reserves it' })
      .describe('Name of the platform. Part of tags, key aliases and the state bucket.'),
    target: z.enum(targets).describe('A local AWS on this machine, or real accounts.'),
    architecture: z.enum(architectures).default('eks').describe('Amazon EKS, or OpenShift on AWS (ROSA).'),
    region: region.describe('Region of everything that does not name its own.'),
    accounts: z
      .record(
        name,
        z.strictObject({
          id: accountId.describe('AWS account id, in quotes.'),
          role: roleArn.optional().describe('Role to assume in this account.'),
        }),
      )
      .refine((accounts) => Object.keys(accounts).length > 0, { error: 'must name at least one account' })
      .describe('AWS accounts by a name of your choice.'),
    git: z
      .strictObject({
        url: z.string().min(1).optional().describe('Address that the clusters read the repository from.'),
        branch: z.string().min(1).default('main').describe('Branch that is deployed.'),
      })
      .prefault({})
      .describe('The repository that Argo CD will read.'),
    mirrors: mirrorsSchema.optional().describe('Where charts and images come from in a network without internet.'),
    terraform: z
      .strictObject({
        binary: terraformBinary.default('terraform').describe('Terraform, or OpenTofu.'),
        version: z
          .string()
          .min(1)
          .default('>=1.11.0 <2.0.0')
          .refine((range) => validRange(range) !== null, { error: 'must be a range of versions such as ">=1.11.0 <2.0.0"' })
          .describe('Range of versions that may be used.'),
        providerMirror: z.string().min(1).optional().describe('Folder with providers in the layout of a Terraform filesystem mirror.'),
      })
      .prefault({})
      .describe('The program that builds the infrastructure.'),
    sandbox: z
      .strictObject({
        kubernetes: z
          .boolean()
          .default(false)
          .describe(
            'Whether each EKS cluster of the sandbox gets a real Kubernetes API. Its programs are installed when it is first needed.',
          ),
      })
      .prefault({})
      .describe('The local AWS. Means nothing with target aws.'),
    tags: tags.default({}).describe('Tags on everything that is created.'),
    shared: sharedSchema.prefault({}).describe('What environments share, in one account: registries, audit trail, names and its rules.'),
    policies: policiesSchema.prefault({}).describe('Rules that every environment keeps to. Breaking one is refused with exit code 3.'),
  })
  .meta({ title: 'platform.yaml', description: 'What all environments of a platform have in common.' })

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const labelKey = z.string().regex(/^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/, {
  error: 'must be a Kubernetes label key',
})
const labelValue = z.string().regex(/^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/, { error: 'must be a Kubernetes label value' })

const nodeGroupSchema = later(() =>
  z
    .strictObject({
      instanceTypes: z
        .array(z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, { error: 'must be an EC2 instance type such as m7i.large' }))
        .min(1)
        .describe('EC2 instance types, the preferred one first.'),
      capacity: z.enum(['on-demand', 'spot']).default('on-demand').describe('spot is cheaper, and AWS may take the nodes away.'),
      min: z.int().min(0).max(450).describe('Fewest nodes.'),
      max: z.int().min(1).max(450).describe('Most nodes.'),
      desired: z.int().min(0).max(450).describe('Nodes at the start.'),
      diskGiB: z.int().min(20).max(16_384).default(50).describe('Disk of each node, in GiB.'),
      labels: z.record(labelKey, labelValue).default({}).describe('Kubernetes labels of the nodes.'),
    })
    .refine((group) => group.min <= group.desired && group.desired <= group.max, { error: 'must have min ≤ desired ≤ max' })
    .refine((group) => new Set(group.instanceTypes.map(isArmInstance)).size <= 1, {
      error: 'mixes instance types with Arm and x86 processors: a group has one image, so one architecture',
    }),
)

/** Graviton families carry a "g" after the generation (m7g, t4g, c7gn); the first ones were called a1. */
function isArmInstance(type: string): boolean {
  return /^(?:a1|[a-z]+\d+g[a-z]*)\./.test(type)
}

const keysSchema = later(() =>
  z.strictObject({
    rotationDays: days(90, 2560).optional().describe('KMS rotates the key material this often.'),
    deletionWindowDays: days(7, 30).optional().describe('Days between the deletion of a key and its end.'),
    administrators: z.array(principalArn).optional().describe('Who may administer the keys, beside the role that creates them.'),
    users: z.array(principalArn).optional().describe('Who may encrypt and decrypt with the keys.'),
    sharedAccounts: z.array(accountId).optional().describe('Accounts that may use the image and data keys.'),
  }),
)

const addonVersion = z.string().regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, { error: 'must be a version of EKS such as v1.12.4-eksbuild.1' })

const clusterSchema = later(() =>
  z.strictObject({
    kubernetesVersion: kubernetesVersion.optional().describe(`Kubernetes minor version in quotes. Default "${defaultKubernetesVersion}".`),
    authenticationMode: z
      .enum(['API', 'API_AND_CONFIG_MAP'])
      .optional()
      .describe('How the cluster knows its users. API: access entries only.'),
    publicAccessCidrs: z
      .array(cidr)
      .optional()
      .describe('Address ranges that may reach the public endpoint. Empty: private endpoint only.'),
    administrators: z
      .array(principalArn)
      .optional()
      .describe('Principals with an access entry as cluster administrator. Default: the role of the account, if it has one.'),
    logRetentionDays: logRetentionDays.optional().describe('Days that the logs of the control plane are kept.'),
    addonVersions: z
      .partialRecord(z.enum(managedAddons), addonVersion)
      .optional()
      .describe("Versions of EKS's add-ons, written by cluster upgrade. One that is not named gets EKS's default once, and keeps it."),
    nodeGroups: z
      .record(name, nodeGroupSchema)
      .refine((groups) => Object.keys(groups).length > 0, { error: 'must name at least one group: every controller runs on it' })
      .optional()
      .describe('Node groups by name. Written here, they replace those of the preset.'),
  }),
)

/** What a person writes. Everything optional is filled from the preset. */
export const environmentSchema = z
  .strictObject({
    apiVersion: z.literal('platform/v1alpha1').describe('Version of this file format.'),
    kind: z.literal('Environment'),
    role: z.enum(roles).describe('The cluster that watches over all others, or one for applications.'),
    isolation: z.enum(isolations).optional().describe('hard: a cluster of its own (default). soft: a namespace in the cluster of `host`.'),
    host: name.optional().describe('Soft environments only: the environment whose cluster is used.'),
    preset: preset.optional().describe('Defaults for everything not written here. Default: small.'),
    account: name.optional().describe('Name from accounts in platform.yaml. May be left out when there is only one.'),
    region: region.optional().describe('AWS region. Default: region of platform.yaml.'),
    protection: z.boolean().optional().describe('Refuses env destroy, and switches on deletion protection where AWS has it.'),
    network: z
      .strictObject({
        cidr: networkCidr
          .optional()
          .describe('Address range of the VPC, /16 to /20. Needed in a hard environment. A change replaces the network.'),
        zones: z.int().min(2).max(3).optional().describe('Number of availability zones.'),
        nat: z.enum(['single', 'per-zone']).optional().describe('One NAT gateway, or one in each zone.'),
        interfaceEndpoints: z
          .array(
            z.string().regex(/^(?!(?:s3|dynamodb)$)[a-z0-9][a-z0-9.-]*$/, {
              error: 'must be the short name of an AWS service such as ecr.api; s3 and dynamodb already have gateway endpoints',
            }),
          )
          .optional()
          .describe('AWS services reached without leaving the VPC, such as ecr.api.'),
        flowLogRetentionDays: logRetentionDays.optional().describe('Days that flow logs are kept.'),
      })
      .optional()
      .describe('The VPC.'),
    keys: keysSchema.optional().describe('The KMS keys. In a soft environment: a key of its own, which it has only when this is written.'),
    cluster: clusterSchema.optional().describe('The Kubernetes cluster.'),
    existing: existingSchema.optional().describe('A cluster that platform did not make, written by cluster import.'),
    edge: edgeSchema.optional().describe('The load balancer at the edge.'),
    waf: wafSchema.optional().describe('The web ACL that looks at every request to the load balancer.'),
    databases: databasesSchema.optional().describe('Databases by name. Those of a soft environment are made in the network of its host.'),
    namespaces: softNamespacesSchema.optional().describe('Soft environments only: its namespaces. Default: one, called like it.'),
    quota: quotaSchema.optional().describe('Soft environments only: what each namespace may use.'),
    limits: limitsSchema.optional().describe('Soft environments only: what a container gets, and may have.'),
    podSecurity: z.enum(podSecurities).optional().describe('Soft environments only: the Pod Security Standard. Default: restricted.'),
    networkPolicy: networkPolicySchema
      .optional()
      .describe('Soft environments only: what is allowed beside DNS and the environment itself.'),
    administrators: peopleSchema.optional().describe('Soft environments only: who administers its namespaces.'),
    viewers: peopleSchema.optional().describe('Soft environments only: who may look at its namespaces.'),
    connectivity: connectivitySchema.optional().describe('The way from the management network to the private endpoint of this cluster.'),
    observability: observabilitySchema.optional().describe('Alarms, metrics and costs of the AWS parts.'),
    addons: addonsSchema.optional().describe('Add-ons of the cluster that differ from the catalogue, by name.'),
    tags: tags.optional().describe('Tags on everything in this environment, beside those of platform.yaml.'),
  })
  .meta({ title: 'environments/<name>.yaml', description: 'One environment. The file is named after it.' })

/** Personal settings of one user on one machine, and the form of the `PLATFORM_*` variables of the same names. */
export const userSettingsSchema = z.strictObject({
  region: region.optional(),
  preset: preset.optional(),
  account: name.optional(),
  kubernetesVersion: kubernetesVersion.optional(),
  terraformBinary: terraformBinary.optional(),
  providerMirror: z.string().min(1).optional(),
})

export type Platform = z.output<typeof platformSchema>
export type EnvironmentFile = z.output<typeof environmentSchema>
export type NodeGroup = z.output<typeof nodeGroupSchema>
export type UserSettings = z.output<typeof userSettingsSchema>
