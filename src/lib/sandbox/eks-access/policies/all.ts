import type { AccessPolicy } from '../policy.js'
import { adminPolicy } from './admin.js'
import { adminViewPolicy } from './admin-view.js'
import { clusterAdminPolicy } from './cluster-admin.js'
import { editPolicy } from './edit.js'
import { hybridPolicy } from './hybrid.js'
import { regionSwitchScalingPolicy } from './region-switch-scaling.js'
import { secretReaderPolicy } from './secret-reader.js'
import { viewPolicy } from './view.js'

/**
 * The access policies whose rules AWS publishes as tables, by their names. Of those for EKS Auto Mode, cluster insights and other AWS
 * services it says only in words what they are for.
 */
export const publishedPolicies: ReadonlyMap<string, AccessPolicy> = new Map(
  [
    adminPolicy,
    adminViewPolicy,
    clusterAdminPolicy,
    editPolicy,
    hybridPolicy,
    regionSwitchScalingPolicy,
    secretReaderPolicy,
    viewPolicy,
  ].map((policy) => [policy.name, policy]),
)
