import type { LiveObject } from './player.js'

/** What an operator writes into the status of its objects when all is well, as far as Argo CD and people look at it. */
export interface OperatorKind {
  /** Group of its API, of which any version will do. */
  group: string
  /** Plural, in lower case. */
  resource: string
  status: (object: LiveObject) => Record<string, unknown>
}

/** Marks where the time belongs, which does not count when statuses are compared. */
export const TIME = '@now'

/**
 * The kinds of the operators of the add-ons. What Argo CD reads is in its `resource_customizations` (v3.5.3); a kind that it has none
 * for has what `kubectl wait` would look at.
 */
export const operatorKinds: readonly OperatorKind[] = [
  ...['certificates', 'issuers', 'clusterissuers'].map((resource) => ready('cert-manager.io', resource)),
  ...['externalsecrets', 'clusterexternalsecrets', 'secretstores', 'clustersecretstores', 'pushsecrets'].map((resource) =>
    ready('external-secrets.io', resource),
  ),
  ready('karpenter.sh', 'nodepools'),
  ready('karpenter.k8s.aws', 'ec2nodeclasses'),
  {
    group: 'elasticsearch.k8s.elastic.co',
    resource: 'elasticsearches',
    status: ({ metadata, spec }) => ({
      health: 'green',
      phase: 'Ready',
      availableNodes: sumOf(spec?.['nodeSets']),
      version: spec?.['version'],
      observedGeneration: metadata.generation,
    }),
  },
  elastic('kibana.k8s.elastic.co', 'kibanas'),
  elastic('apm.k8s.elastic.co', 'apmservers'),
  elastic('logstash.k8s.elastic.co', 'logstashes'),
  elastic('beat.k8s.elastic.co', 'beats'),
  {
    group: 'opentelemetry.io',
    resource: 'opentelemetrycollectors',
    status: ({ spec }) => ({ scale: { replicas: countOf(spec), statusReplicas: `${countOf(spec)}/${countOf(spec)}` } }),
  },
  { group: 'jaegertracing.io', resource: 'jaegers', status: () => ({ phase: 'Running' }) },
  ...['prometheuses', 'alertmanagers', 'prometheusagents', 'thanosrulers'].map((resource) => ({
    group: 'monitoring.coreos.com',
    resource,
    status: ({ metadata, spec }: LiveObject) => ({
      replicas: countOf(spec),
      availableReplicas: countOf(spec),
      updatedReplicas: countOf(spec),
      unavailableReplicas: 0,
      paused: false,
      conditions: ['Available', 'Reconciled'].map((type) => ({
        type,
        status: 'True',
        observedGeneration: metadata.generation,
        lastTransitionTime: TIME,
      })),
    }),
  })),
  { group: 'velero.io', resource: 'backupstoragelocations', status: () => ({ phase: 'Available', lastValidationTime: TIME }) },
  ...['clusterpolicies', 'policies'].map((resource) => ready('kyverno.io', resource)),
  ...['validatingpolicies', 'mutatingpolicies', 'generatingpolicies', 'imagevalidatingpolicies', 'deletingpolicies'].map((resource) => ({
    group: 'policies.kyverno.io',
    resource,
    status: () => ({ conditionStatus: { ready: true, conditions: [condition('Ready')] } }),
  })),
]

function ready(group: string, resource: string): OperatorKind {
  return { group, resource, status: () => ({ conditions: [condition('Ready')] }) }
}

function elastic(group: string, resource: string): OperatorKind {
  return {
    group,
    resource,
    status: ({ metadata, spec }) => ({
      health: 'green',
      availableNodes: typeof spec?.['count'] === 'number' ? spec['count'] : 1,
      version: spec?.['version'],
      observedGeneration: metadata.generation,
    }),
  }
}

function condition(type: string): Record<string, string> {
  return { type, status: 'True', reason: 'PlayedBySandbox', message: 'No operator runs in the sandbox.', lastTransitionTime: TIME }
}

function countOf(spec: LiveObject['spec']): number {
  const replicas = spec?.['replicas']
  return typeof replicas === 'number' ? replicas : 1
}

function sumOf(nodeSets: unknown): number {
  const counts = Array.isArray(nodeSets) ? nodeSets.map((each: { count?: number }) => each.count ?? 0) : []
  return counts.reduce((sum, count) => sum + count, 0)
}
