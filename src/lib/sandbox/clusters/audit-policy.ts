type Rule = Record<string, unknown>

const EVERY_GROUP = [
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'extensions',
  'metrics.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
].map((group) => ({ group }))

/**
 * What the API server writes into the audit log: the rules that Amazon EKS publishes for its own (EKS Best Practices Guide, "Auditing
 * and logging"). The sandbox's own programs, which EKS does not have, are left out.
 */
export function auditPolicy(ownUsers: readonly string[]): Rule {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', users: ownUsers },
      {
        level: 'RequestResponse',
        namespaces: ['kube-system'],
        verbs: ['update', 'patch', 'delete'],
        resources: [{ group: '', resources: ['configmaps'], resourceNames: ['aws-auth'] }],
      },
      silent(['system:kube-proxy'], ['watch'], ['endpoints', 'services', 'services/status']),
      silent(['kubelet'], ['get'], ['nodes', 'nodes/status']),
      { level: 'None', userGroups: ['system:nodes'], verbs: ['get'], resources: core(['nodes', 'nodes/status']) },
      {
        ...silent(
          ['system:kube-controller-manager', 'system:kube-scheduler', 'system:serviceaccount:kube-system:endpoint-controller'],
          ['get', 'update'],
          ['endpoints'],
        ),
        namespaces: ['kube-system'],
      },
      silent(['system:apiserver'], ['get'], ['namespaces', 'namespaces/status', 'namespaces/finalize']),
      { level: 'None', users: ['system:kube-controller-manager'], verbs: ['get', 'list'], resources: [{ group: 'metrics.k8s.io' }] },
      { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/swagger*'] },
      { level: 'None', resources: core(['events']) },
      { level: 'Request', userGroups: ['system:nodes'], verbs: ['update', 'patch'], resources: core(['nodes/status', 'pods/status']) },
      { level: 'Request', users: ['system:serviceaccount:kube-system:namespace-controller'], verbs: ['deletecollection'] },
      // They hold secrets: never their content.
      {
        level: 'Metadata',
        resources: [...core(['secrets', 'configmaps']), { group: 'authentication.k8s.io', resources: ['tokenreviews'] }],
      },
      { level: 'Request', resources: core(['serviceaccounts/token']) },
      { level: 'Request', verbs: ['get', 'list', 'watch'], resources: EVERY_GROUP },
      { level: 'RequestResponse', resources: EVERY_GROUP },
      { level: 'Metadata' },
    ],
  }
}

function silent(users: string[], verbs: string[], resources: string[]): Rule {
  return { level: 'None', users, verbs, resources: core(resources) }
}

function core(resources: string[]): Array<{ group: ''; resources: string[] }> {
  return [{ group: '', resources }]
}
