/** Kinds of one version of an API that an API server serves no more. */
export interface RemovedApi {
  /** Minor version of Kubernetes, 1.N, that is the first without it. */
  removedIn: number
  apiVersion: string
  kinds: readonly string[]
  /** What takes its place, where Kubernetes names it. */
  replacement?: string
}

/**
 * Source: the life cycles in the types of k8s.io/api v0.37.1 (`zz_generated.prerelease-lifecycle.go`), from 1.22 on. Kinds that nobody
 * keeps in a file are left out. Also in words: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const removedApis: readonly RemovedApi[] = [
  {
    removedIn: 22,
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    replacement: 'admissionregistration.k8s.io/v1',
  },
  { removedIn: 22, apiVersion: 'certificates.k8s.io/v1beta1', kinds: ['CertificateSigningRequest'], replacement: 'certificates.k8s.io/v1' },
  { removedIn: 22, apiVersion: 'coordination.k8s.io/v1beta1', kinds: ['Lease'], replacement: 'coordination.k8s.io/v1' },
  { removedIn: 22, apiVersion: 'extensions/v1beta1', kinds: ['Ingress'], replacement: 'networking.k8s.io/v1' },
  { removedIn: 22, apiVersion: 'networking.k8s.io/v1beta1', kinds: ['Ingress', 'IngressClass'], replacement: 'networking.k8s.io/v1' },
  {
    removedIn: 22,
    apiVersion: 'rbac.authorization.k8s.io/v1beta1',
    kinds: ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    replacement: 'rbac.authorization.k8s.io/v1',
  },
  { removedIn: 22, apiVersion: 'scheduling.k8s.io/v1beta1', kinds: ['PriorityClass'], replacement: 'scheduling.k8s.io/v1' },
  {
    removedIn: 22,
    apiVersion: 'storage.k8s.io/v1beta1',
    kinds: ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
    replacement: 'storage.k8s.io/v1',
  },
  { removedIn: 24, apiVersion: 'storage.k8s.io/v1alpha1', kinds: ['VolumeAttachment'], replacement: 'storage.k8s.io/v1' },
  { removedIn: 24, apiVersion: 'storage.k8s.io/v1alpha1', kinds: ['CSIStorageCapacity'], replacement: 'storage.k8s.io/v1beta1' },
  { removedIn: 25, apiVersion: 'batch/v1beta1', kinds: ['CronJob'], replacement: 'batch/v1' },
  { removedIn: 25, apiVersion: 'discovery.k8s.io/v1beta1', kinds: ['EndpointSlice'], replacement: 'discovery.k8s.io/v1' },
  { removedIn: 25, apiVersion: 'events.k8s.io/v1beta1', kinds: ['Event'] },
  { removedIn: 25, apiVersion: 'node.k8s.io/v1beta1', kinds: ['RuntimeClass'] },
  { removedIn: 25, apiVersion: 'policy/v1beta1', kinds: ['PodDisruptionBudget'], replacement: 'policy/v1' },
  {
    removedIn: 26,
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta1',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    replacement: 'flowcontrol.apiserver.k8s.io/v1beta3',
  },
  { removedIn: 27, apiVersion: 'storage.k8s.io/v1beta1', kinds: ['CSIStorageCapacity'], replacement: 'storage.k8s.io/v1' },
  {
    removedIn: 29,
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta2',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    replacement: 'flowcontrol.apiserver.k8s.io/v1beta3',
  },
  {
    removedIn: 32,
    apiVersion: 'admissionregistration.k8s.io/v1alpha1',
    kinds: ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  },
  {
    removedIn: 32,
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    replacement: 'flowcontrol.apiserver.k8s.io/v1',
  },
  {
    removedIn: 34,
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kinds: ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  },
  { removedIn: 35, apiVersion: 'storage.k8s.io/v1alpha1', kinds: ['VolumeAttributesClass'], replacement: 'storage.k8s.io/v1' },
  { removedIn: 37, apiVersion: 'certificates.k8s.io/v1alpha1', kinds: ['ClusterTrustBundle'] },
  { removedIn: 37, apiVersion: 'networking.k8s.io/v1beta1', kinds: ['IPAddress', 'ServiceCIDR'] },
  { removedIn: 37, apiVersion: 'storage.k8s.io/v1beta1', kinds: ['VolumeAttributesClass'], replacement: 'storage.k8s.io/v1' },
  {
    removedIn: 38,
    apiVersion: 'admissionregistration.k8s.io/v1alpha1',
    kinds: ['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  },
  { removedIn: 38, apiVersion: 'coordination.k8s.io/v1alpha2', kinds: ['LeaseCandidate'] },
  {
    removedIn: 38,
    apiVersion: 'resource.k8s.io/v1beta1',
    kinds: ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  },
  { removedIn: 39, apiVersion: 'coordination.k8s.io/v1beta1', kinds: ['LeaseCandidate'] },
  { removedIn: 39, apiVersion: 'resource.k8s.io/v1alpha3', kinds: ['DeviceTaintRule'] },
  {
    removedIn: 39,
    apiVersion: 'resource.k8s.io/v1beta2',
    kinds: ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  },
  {
    removedIn: 40,
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kinds: ['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
    replacement: 'admissionregistration.k8s.io/v1',
  },
  {
    removedIn: 40,
    apiVersion: 'certificates.k8s.io/v1beta1',
    kinds: ['ClusterTrustBundle', 'PodCertificateRequest'],
    replacement: 'certificates.k8s.io/v1',
  },
  {
    removedIn: 40,
    apiVersion: 'storagemigration.k8s.io/v1beta1',
    kinds: ['StorageVersionMigration'],
    replacement: 'storagemigration.k8s.io/v1',
  },
  { removedIn: 42, apiVersion: 'resource.k8s.io/v1alpha3', kinds: ['ResourcePoolStatusRequest'] },
  { removedIn: 42, apiVersion: 'resource.k8s.io/v1beta2', kinds: ['DeviceTaintRule'] },
  { removedIn: 43, apiVersion: 'scheduling.k8s.io/v1beta1', kinds: ['PodGroup', 'Workload'] },
]

/** The API of a kind that is gone in Kubernetes 1.`minor`, if it is. */
export function removedBy(minor: number, apiVersion: string, kind: string): RemovedApi | undefined {
  return removedApis.find((api) => api.removedIn <= minor && api.apiVersion === apiVersion && api.kinds.includes(kind))
}
