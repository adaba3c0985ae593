import type { AccessPolicy } from '../policy.js'

/** https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
export const secretReaderPolicy: AccessPolicy = {
  name: 'AmazonEKSSecretReaderPolicy',
  rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }],
}
