import * as z from 'zod'
import { cidr, later } from './schema-parts.js'

// A cluster that platform did not make, as it is in AWS. Written by `cluster import`; Terraform is told exactly this.

const roleArn = z.string().regex(/^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, { error: 'must be the ARN of an IAM role' })
const principal = z
  .string()
  .regex(/^arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]{1,512}$/, { error: 'must be the ARN of an IAM role or user' })
/** Of somebody else, so only what AWS itself takes is checked. */
const foreignTags = z.record(z.string().min(1).max(128), z.string().max(256))
const idOf = (prefix: string): z.ZodString =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-z]+$`), { error: `must be an id such as ${prefix}-0123abcd` })

const taint = z.strictObject({
  key: z.string().min(1),
  value: z.string().optional(),
  effect: z.enum(['NO_SCHEDULE', 'NO_EXECUTE', 'PREFER_NO_SCHEDULE']),
})

const nodeGroup = z
  .strictObject({
    roleArn: roleArn.describe('Role of the nodes.'),
    subnetIds: z.array(idOf('subnet')).min(1).describe('Subnets of the nodes.'),
    min: z.int().min(0).max(450).describe('Fewest nodes.'),
    max: z.int().min(1).max(450).describe('Most nodes.'),
    desired: z.int().min(0).max(450).describe('Nodes when it was imported. An autoscaler decides it.'),
    followsCluster: z.boolean().optional().describe('Whether it has the version of the control plane, and gets its upgrades.'),
    amiType: z.string().min(1).optional().describe('Kind of image, as EKS calls it.'),
    instanceTypes: z.array(z.string().min(1)).min(1).optional().describe('EC2 instance types.'),
    capacity: z.enum(['on-demand', 'spot', 'capacity-block']).optional().describe('How the machines are paid.'),
    diskGiB: z.int().min(1).optional().describe('Disk of each node, in GiB.'),
    labels: z.record(z.string(), z.string()).optional().describe('Kubernetes labels of the nodes.'),
    taints: z.array(taint).optional().describe('Taints of the nodes.'),
    maxUnavailable: z.int().min(1).optional().describe('Nodes that an update may take at once.'),
    maxUnavailablePercentage: z.int().min(1).max(100).optional().describe('The same, as a share.'),
    launchTemplate: z
      .strictObject({ id: idOf('lt'), version: z.string().min(1) })
      .optional()
      .describe('EC2 launch template.'),
    tags: foreignTags.optional().describe('Tags that it has.'),
  })
  .refine((group) => group.min <= group.desired && group.desired <= group.max, { error: 'must have min ≤ desired ≤ max' })

const addon = z.strictObject({
  version: z.string().regex(/^v\d/, { error: 'must be a version of EKS such as v1.12.4-eksbuild.1' }).describe('Version.'),
  roleArn: roleArn.optional().describe('Role of its service account through OpenID Connect.'),
  configuration: z.string().optional().describe('Configuration values, as JSON.'),
  podIdentities: z.record(z.string(), roleArn).optional().describe('Roles through Pod Identity, by service account.'),
  tags: foreignTags.optional().describe('Tags that it has.'),
})

const accessEntry = z.strictObject({
  groups: z.array(z.string().min(1)).optional().describe('Kubernetes groups.'),
  userName: z.string().min(1).optional().describe('Name in Kubernetes, if it is not the default.'),
  policies: z
    .record(
      z.string().regex(/^arn:aws(?:-[a-z]+)*:eks::aws:cluster-access-policy\/\w+$/, { error: 'must be the ARN of an access policy' }),
      z.array(z.string().min(1)),
    )
    .optional()
    .describe('Access policies with their namespaces. None: the whole cluster.'),
  tags: foreignTags.optional().describe('Tags that it has.'),
})

export const existingSchema = later(() =>
  z.strictObject({
    cluster: z
      .string()
      .regex(/^[0-9A-Za-z][\w-]{0,99}$/, { error: 'must be the name of an EKS cluster' })
      .describe('Name of the EKS cluster.'),
    roleArn: roleArn.describe('Role of the control plane.'),
    vpcId: idOf('vpc').describe('Its VPC, which stays whose it is.'),
    vpcCidr: cidr.describe('Address range of the VPC.'),
    subnetIds: z.array(idOf('subnet')).min(1).describe('Subnets of the control plane.'),
    securityGroupIds: z.array(idOf('sg')).optional().describe('Security groups of the control plane, beside the one that EKS makes.'),
    privateEndpoint: z.boolean().describe('Whether the API is reached from inside the network.'),
    logTypes: z
      .array(z.enum(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']))
      .optional()
      .describe('Kinds of logs of the control plane that are kept.'),
    secretsKeyArn: z
      .string()
      .regex(/^arn:aws(?:-[a-z]+)*:kms:/, { error: 'must be the ARN of a KMS key' })
      .optional()
      .describe('KMS key of the secrets.'),
    supportType: z.enum(['STANDARD', 'EXTENDED']).optional().describe('What happens at the end of standard support.'),
    zonalShift: z.boolean().optional().describe('Whether traffic may be shifted away from a zone.'),
    tags: foreignTags.optional().describe('Tags that the cluster has.'),
    nodeGroups: z.record(z.string().min(1), nodeGroup).describe('Managed node groups by name.'),
    addons: z.record(z.string().min(1), addon).optional().describe("EKS's add-ons by name."),
    accessEntries: z.record(principal, accessEntry).optional().describe('Access entries of people and roles, by ARN.'),
    oidcProvider: z
      .strictObject({
        url: z.string().regex(/^https:\/\//, { error: 'must start with https://' }),
        clientIds: z.array(z.string().min(1)).min(1),
        thumbprints: z.array(z.string().min(1)).optional(),
        tags: foreignTags.optional(),
      })
      .optional()
      .describe('The OpenID Connect provider of the cluster in IAM.'),
  }),
)

export type ExistingCluster = z.output<typeof existingSchema>
