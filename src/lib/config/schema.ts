import { z } from 'zod'
import { isReservedPlatformName, isValidName, NAME_RULE } from '../core/names.js'
import { isIpv4Cidr } from './cidr.js'
import { defaultKubernetesVersion, supportedKubernetesVersions } from './kubernetes-versions.js'

const name = z.string().refine(isValidName, { error: `must be ${NAME_RULE}` })
const cidr = z.string().refine(isIpv4Cidr, { error: 'must be an IPv4 address range such as 10.0.0.0/16, without host bits' })
const accountId = z.string().regex(/^\d{12}$/, { error: 'must be the 12 digits of an AWS account, in quotes' })
const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, { error: 'must be the ARN of an IAM role' })
const principalArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]{1,512}$/, { error: 'must be the ARN of an IAM role or user' })
const region = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, { error: 'must be an AWS region such as eu-west-1' })
const days = (min: number, max: number): z.ZodInt => z.int().min(min).max(max)

export const presets = ['small', 'standard', 'production'] as const
export type Preset = (typeof presets)[number]

/** Days that CloudWatch Logs accepts as retention (API reference, PutRetentionPolicy). */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653] as const
const logRetentionDays = z.literal(LOG_RETENTION_DAYS)

export const platformSchema = z.strictObject({
  apiVersion: z.literal('platform/v1alpha1'),
  kind: z.literal('Platform'),
  name: name
    .refine((value) => !isReservedPlatformName(value), { error: 'must not be "aws" or start with "aws-": AWS reserves it' })
    .describe('Name of the platform. Part of tags, key aliases and the state bucket.'),
  target: z.enum(['sandbox', 'aws']).describe('A local AWS on this machine, or real accounts.'),
  architecture: z.enum(['eks', 'openshift']).default('eks').describe('Amazon EKS, or OpenShift on AWS (ROSA).'),
  region: region.describe('Region of everything that does not name its own.'),
  accounts: z
    .record(name, z.strictObject({ id: accountId.describe('AWS account id.'), role: roleArn.optional().describe('Role to assume in this account.') }))
    .refine((accounts) => Object.keys(accounts).length > 0, { error: 'must name at least one account' })
    .describe('AWS accounts by a name of your choice.'),
  git: z
    .strictObject({ url: z.string().min(1).optional(), branch: z.string().min(1).default('main') })
    .prefault({})
    .describe('The repository that Argo CD will read.'),
  terraform: z
    .strictObject({
      binary: z.enum(['terraform', 'tofu']).default('terraform'),
      version: z.string().min(1).default('>=1.11.0 <2.0.0').describe('Range of versions that may be used.'),
      providerMirror: z.string().min(1).optional().describe('Folder with providers in the layout of a Terraform filesystem mirror.'),
    })
    .prefault({}),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}).describe('Tags on everything that is created.'),
})

const nodeGroupSchema = z
  .strictObject({
    instanceTypes: z.array(z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, { error: 'must be an EC2 instance type such as m7i.large' })).min(1),
    capacity: z.enum(['on-demand', 'spot']).default('on-demand'),
    min: z.int().min(0).max(450),
    max: z.int().min(1).max(450),
    desired: z.int().min(0).max(450),
    diskGiB: z.int().min(20).max(16_384).default(50),
    labels: z.record(z.string(), z.string()).default({}),
  })
  .refine((group) => group.min <= group.desired && group.desired <= group.max, { error: 'must have min ≤ desired ≤ max' })

/** What a person writes. Everything optional is filled from the preset. */
export const environmentSchema = z.strictObject({
  apiVersion: z.literal('platform/v1alpha1'),
  kind: z.literal('Environment'),
  role: z.enum(['management', 'workload']).describe('The cluster that watches over all others, or one for applications.'),
  isolation: z.enum(['hard', 'soft']).default('hard').describe('hard: a cluster of its own (recommended). soft: a namespace in the cluster of `host`.'),
  host: name.optional().describe('Soft environments only: the environment whose cluster is used.'),
  preset: z.enum(presets).default('small').describe('Defaults for everything not written here.'),
  account: name.optional().describe('Name from accounts in platform.yaml. May be left out when there is only one.'),
  region: region.optional(),
  protection: z.boolean().optional().describe('Refuses env destroy, and switches on deletion protection where AWS has it.'),
  network: z
    .strictObject({
      cidr: cidr.optional().describe('Address range of the VPC, /16 to /20.'),
      zones: z.int().min(2).max(3).optional().describe('Number of availability zones.'),
      nat: z.enum(['single', 'per-zone']).optional().describe('One NAT gateway, or one in each zone.'),
      interfaceEndpoints: z.array(z.string().regex(/^[a-z0-9.-]+$/)).optional().describe('AWS services reached without leaving the VPC, such as ecr.api.'),
      flowLogRetentionDays: logRetentionDays.optional(),
    })
    .optional(),
  keys: z
    .strictObject({
      rotationDays: days(90, 2560).optional().describe('KMS rotates the key material this often.'),
      deletionWindowDays: days(7, 30).optional().describe('Days between the deletion of a key and its end.'),
      administrators: z.array(principalArn).optional().describe('Who may administer the keys, beside the role that creates them.'),
      users: z.array(principalArn).optional().describe('Who may encrypt and decrypt with the keys.'),
      sharedAccounts: z.array(accountId).optional().describe('Accounts that may use the image and data keys.'),
    })
    .optional(),
  cluster: z
    .strictObject({
      kubernetesVersion: z.enum(supportedKubernetesVersions).optional().describe(`Kubernetes minor version in quotes. Default ${defaultKubernetesVersion}.`),
      authenticationMode: z.enum(['API', 'API_AND_CONFIG_MAP']).optional(),
      publicAccessCidrs: z.array(cidr).optional().describe('Address ranges that may reach the public endpoint. Empty: private endpoint only.'),
      administrators: z.array(principalArn).optional().describe('Principals with an access entry as cluster administrator.'),
      logRetentionDays: logRetentionDays.optional(),
      nodeGroups: z.record(name, nodeGroupSchema).optional(),
    })
    .optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
})

export type Platform = z.output<typeof platformSchema>
export type EnvironmentFile = z.output<typeof environmentSchema>
export type NodeGroup = z.output<typeof nodeGroupSchema>
