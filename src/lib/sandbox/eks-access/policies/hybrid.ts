import type { AccessPolicy } from '../policy.js'

/** https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html#access-policy-permissions-amazonekshybridpolicy */
export const hybridPolicy: AccessPolicy = {
  name: 'AmazonEKSHybridPolicy',
  rules: [{ apiGroups: ['*'], resources: ['nodes'], verbs: ['list'] }],
}
