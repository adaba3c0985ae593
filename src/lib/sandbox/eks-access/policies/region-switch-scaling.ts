import type { AccessPolicy } from '../policy.js'

/** https://docs.aws.amazon.com/r53recovery/latest/dg/eks-resource-scaling-block.html */
export const regionSwitchScalingPolicy: AccessPolicy = {
  name: 'AmazonARCRegionSwitchScalingPolicy',
  rules: [
    { apiGroups: ['*'], resources: ['*/scale'], verbs: ['get', 'update'] },
    { apiGroups: ['*'], resources: ['*/status'], verbs: ['get'] },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['get', 'patch'] },
  ],
}
