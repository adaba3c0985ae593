import { problemAt, type Problem } from './problem.js'
import { valueAt } from './schema-problems.js'
import type { YamlSource } from './yaml-source.js'

/** Parts that platform makes in a network of its own. */
const OWN_NETWORK = ['network', 'edge', 'waf', 'databases', 'connectivity', 'observability', 'keys']
/** What `existing` says of the cluster. */
const SAID_BY_EXISTING = ['administrators', 'nodeGroups', 'logRetentionDays']

/** What an environment around an existing cluster cannot have. */
export function checkExisting(source: YamlSource): Problem[] {
  const refuse = (path: string[], message: string): Problem[] =>
    source.has(path) ? [{ ...problemAt(source, path, message), ...source.keyPosition(path) }] : []
  return [
    ...OWN_NETWORK.flatMap((field) => refuse([field], 'is not for an environment around an existing cluster: remove it')),
    ...SAID_BY_EXISTING.flatMap((field) => refuse(['cluster', field], 'stands under existing for a cluster that was imported: remove it')),
    ...(source.has(['cluster', 'kubernetesVersion']) || isNoMap(valueAt(source.value, ['cluster']))
      ? []
      : [problemAt(source, ['cluster', 'kubernetesVersion'], 'is missing: an imported cluster has a version already')]),
  ]
}

function isNoMap(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null)
}
