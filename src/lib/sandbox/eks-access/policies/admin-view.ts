import type { AccessPolicy } from '../policy.js'

/** https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html#access-policy-permissions-amazoneksadminviewpolicy */
export const adminViewPolicy: AccessPolicy = {
  name: 'AmazonEKSAdminViewPolicy',
  rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
}
