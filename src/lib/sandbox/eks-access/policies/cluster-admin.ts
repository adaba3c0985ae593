import type { AccessPolicy } from '../policy.js'

/** https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html#access-policy-permissions-amazoneksclusteradminpolicy */
export const clusterAdminPolicy: AccessPolicy = {
  name: 'AmazonEKSClusterAdminPolicy',
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceUrls: ['*'], verbs: ['*'] },
  ],
}
