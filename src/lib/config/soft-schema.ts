import * as z from 'zod'
import { cidr, later, principalArn } from './schema-parts.js'

// What a soft environment gets in the cluster of its host.

/** Namespaces of Kubernetes and of the platform itself. */
const CLOSED =
  'default$|kube-|argocd$|monitoring$|logging$|tracing$|karpenter$|velero$|kyverno$|cert-manager$|external-secrets$|external-dns$'
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
export const namespaceName = z.string().regex(new RegExp(`^(?!${CLOSED})[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`), {
  error: 'must be 1 to 63 lower-case letters, digits and dashes, and no namespace of Kubernetes or the platform',
})
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const quantity = z.string().regex(/^(?:[1-9]\d{0,11}(?:\.\d{1,3})?|0\.\d{0,2}[1-9])(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, {
  error: 'must be a quantity of Kubernetes in quotes, such as "500m", "2" or "4Gi"',
})
const subject = z.string().regex(/^(?!system:)[\w@.:/+=,-]{1,253}$/, {
  error: 'must be the name of a user or group, not starting with "system:"',
})

export const softNamespacesSchema = z
  .array(namespaceName)
  .min(1)
  .max(10)
  .refine((names) => new Set(names).size === names.length, { error: 'names a namespace twice' })

export const quotaSchema = later(() =>
  z.strictObject({
    cpu: quantity.optional().describe('CPUs that all pods of a namespace may request and use.'),
    memory: quantity.optional().describe('Memory that all pods of a namespace may request and use.'),
    pods: z.int().min(1).max(10_000).optional().describe('Most pods in a namespace.'),
    storage: quantity.optional().describe('Storage that all volume claims of a namespace may request.'),
    volumes: z.int().min(0).max(1000).optional().describe('Most volume claims in a namespace.'),
    loadBalancers: z.int().min(0).max(50).optional().describe('Most services of type LoadBalancer in a namespace.'),
  }),
)

export const limitsSchema = later(() =>
  z.strictObject({
    cpu: quantity.optional().describe('CPUs that a container may use when it does not say it.'),
    memory: quantity.optional().describe('Memory that a container may use when it does not say it.'),
    cpuRequest: quantity.optional().describe('CPUs that a container requests when it does not say it.'),
    memoryRequest: quantity.optional().describe('Memory that a container requests when it does not say it.'),
    maxCpu: quantity.optional().describe('Most CPUs of one container.'),
    maxMemory: quantity.optional().describe('Most memory of one container.'),
  }),
)

export const podSecurities = ['restricted', 'baseline', 'privileged'] as const

export const networkPolicySchema = later(() =>
  z.strictObject({
    ingressNamespaces: z
      .array(z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'must be the name of a namespace' }))
      .optional()
      .describe('Other namespaces whose pods may reach the pods of this environment, such as that of an ingress controller.'),
    egressCidrs: z.array(cidr).optional().describe('Address ranges that pods may reach, such as the network for the databases.'),
  }),
)

export const peopleSchema = later(() =>
  z.strictObject({
    principals: z
      .array(principalArn)
      .refine((arns) => new Set(arns).size === arns.length, { error: 'names a principal twice' })
      .optional()
      .describe('IAM roles and users: they get an access entry that is good for these namespaces only.'),
    groups: z.array(subject).optional().describe('Groups of Kubernetes.'),
    users: z.array(subject).optional().describe('Users of Kubernetes.'),
  }),
)

export type People = z.output<typeof peopleSchema>
export type PodSecurity = (typeof podSecurities)[number]
