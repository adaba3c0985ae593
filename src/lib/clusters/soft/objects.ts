import type { Environment, SoftPart } from '../../config/project.js'
import type { KubernetesObject } from '../../core/kubernetes.js'

/** Tells whose namespace it is. */
export const OWNER_LABEL = 'platform/environment'

/** Everything that a soft environment has in the cluster of its host, the namespaces first. */
export function objectsOf(environment: Pick<Environment, 'name'> & { soft: SoftPart }): KubernetesObject[] {
  const { name, soft } = environment
  const labels = { 'app.kubernetes.io/managed-by': 'platform', [OWNER_LABEL]: name }
  const inNamespaces = soft.namespaces.flatMap((namespace) => [
    quota(soft.quota, { namespace, labels }),
    limitRange(soft.limits, { namespace, labels }),
    ...networkPolicies(name, soft.networkPolicy, { namespace, labels }),
    roleBinding('administrators', 'admin', soft.administrators, { namespace, labels }),
    roleBinding('viewers', 'view', soft.viewers, { namespace, labels }),
  ])
  return [...soft.namespaces.map((namespace) => namespaceObject(namespace, soft.podSecurity, labels)), ...inNamespaces]
}

interface Place {
  namespace: string
  labels: Record<string, string>
}

const PREFIX = 'platform-'

function namespaceObject(name: string, level: SoftPart['podSecurity'], labels: Record<string, string>): KubernetesObject {
  const security = Object.fromEntries(['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]))
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels, ...security } } }
}

function quota({ cpu, memory, pods, storage, volumes, loadBalancers }: SoftPart['quota'], place: Place): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: `${PREFIX}quota`, ...place },
    spec: {
      hard: {
        'requests.cpu': cpu,
        'limits.cpu': cpu,
        'requests.memory': memory,
        'limits.memory': memory,
        pods: String(pods),
        'requests.storage': storage,
        persistentvolumeclaims: String(volumes),
        'services.loadbalancers': String(loadBalancers),
        // A node port is open on every node, also on those of neighbours.
        'services.nodeports': '0',
      },
    },
  }
}

function limitRange(limits: SoftPart['limits'], place: Place): KubernetesObject {
  const { cpu, memory, cpuRequest, memoryRequest, maxCpu, maxMemory } = limits
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: `${PREFIX}limits`, ...place },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu, memory },
          defaultRequest: { cpu: cpuRequest, memory: memoryRequest },
          max: { cpu: maxCpu, memory: maxMemory },
        },
      ],
    },
  }
}

/** Nothing passes but DNS, what stays inside of the environment, and what its file allows. */
function networkPolicies(name: string, allowed: SoftPart['networkPolicy'], place: Place): KubernetesObject[] {
  const own = [{ namespaceSelector: { matchLabels: { [OWNER_LABEL]: name } } }]
  const dns = {
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
    ports: [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ],
  }
  const namespaces = allowed.ingressNamespaces.map((namespace) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  }))
  const addresses = allowed.egressCidrs.map((cidr) => ({ ipBlock: { cidr } }))
  return [
    networkPolicy('default-deny', {}, place),
    networkPolicy('allow-dns', { egress: [dns] }, place),
    networkPolicy('allow-own', { ingress: [{ from: own }], egress: [{ to: own }] }, place),
    // Without a rule it allows nothing: an empty list of peers would allow everybody.
    networkPolicy(
      'allow-others',
      {
        ingress: namespaces.length > 0 ? [{ from: namespaces }] : [],
        egress: addresses.length > 0 ? [{ to: addresses }] : [],
      },
      place,
    ),
  ]
}

function networkPolicy(name: string, rules: Record<string, unknown>, place: Place): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${PREFIX}${name}`, ...place },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...rules },
  }
}

/** Always there, so that who is taken out of the file is taken out of it too. IAM principals have access entries instead. */
function roleBinding(name: string, role: string, { groups, users }: SoftPart['viewers'], place: Place): KubernetesObject {
  const subject =
    (kind: string) =>
    (each: string): Record<string, string> => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: each })
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${PREFIX}${name}`, ...place },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [...groups.map(subject('Group')), ...users.map(subject('User'))],
  }
}
