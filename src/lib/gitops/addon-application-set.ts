import type { Addon } from '../config/addons/catalogue-schema.js'
import { chartSource, type Mirrors } from '../config/addons/mirror.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import { enableLabel, versionAnnotation } from './addon-metadata.js'
import { factValues } from './fact-values.js'
import { addonApplication, GITOPS, PLATFORM_PROJECT, valueLayers } from './places.js'

export interface AddonPlace {
  mirrors?: Mirrors | undefined
  /** Folders with plain objects beside the chart: for every cluster, and for those of a role. */
  resources: { common: boolean; byRole: boolean }
}

const CLUSTER = '{{ .name }}'
const ROLE = '{{ .metadata.labels.role }}'
const REPOSITORY = '{{ .metadata.annotations.addons_repo_url }}'
const REVISION = '{{ .metadata.annotations.addons_repo_revision }}'

/** Authorities that webhooks of add-ons are given while they run: Git does not know them, and must not take them away. */
const INJECTED = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind) => ({
  group: 'admissionregistration.k8s.io',
  kind,
  jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle'],
}))

/**
 * Brings an add-on into every cluster whose Secret asks for it. What it has brought stays when the ApplicationSet, the label or the
 * Secret vanishes: no accident in Git deletes an add-on.
 */
export function addonApplicationSet(name: string, addon: Addon, place: AddonPlace): KubernetesObject {
  const version = `{{ .metadata.annotations.${versionAnnotation(name)} }}`
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: {
      name: `addon-${name}`,
      namespace: 'argocd',
      labels: { 'app.kubernetes.io/managed-by': 'platform', addon: name },
      annotations: { 'argocd.argoproj.io/sync-wave': String(addon.order) },
    },
    spec: {
      goTemplate: true,
      // A fact that a cluster lacks is an error, and not an empty value.
      goTemplateOptions: ['missingkey=error'],
      generators: [{ clusters: { selector: { matchLabels: { [enableLabel(name)]: 'true' } } } }],
      syncPolicy: { preserveResourcesOnDeletion: true },
      // Whoever halts the sync of an add-on in an emergency is not overruled at once.
      ignoreApplicationDifferences: [{ jqPathExpressions: ['.spec.syncPolicy.automated.enabled'] }],
      template: {
        metadata: {
          name: addonApplication(name, CLUSTER),
          labels: { addon: name, environment: CLUSTER },
          annotations: { 'argocd.argoproj.io/sync-wave': String(addon.order) },
        },
        spec: {
          project: PLATFORM_PROJECT,
          destination: { name: CLUSTER, namespace: addon.namespace },
          sources: sourcesOf(name, addon, { ...place, version }),
          syncPolicy: {
            automated: { prune: true, selfHeal: true },
            retry: { limit: 10, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
            syncOptions: syncOptions(addon),
          },
          ignoreDifferences: INJECTED,
        },
      },
    },
  }
}

function sourcesOf(name: string, addon: Addon, { mirrors, resources, version }: AddonPlace & { version: string }): unknown[] {
  const { crds, facts } = addon
  const from = (chart: Pick<Addon, 'chart' | 'repository'>) => ({
    repoURL: chartSource(chart, mirrors).repoURL,
    chart: chart.chart,
    targetRevision: version,
  })
  const layers = valueLayers(name, { role: ROLE, environment: '{{ .metadata.labels.environment }}', cluster: CLUSTER }, mirrors)
  const files = (folder: string) => ({ repoURL: REPOSITORY, targetRevision: REVISION, path: folder, directory: { recurse: true } })
  return [
    ...(crds ? [from(crds)] : []),
    {
      ...from(addon),
      helm: {
        releaseName: name,
        ignoreMissingValueFiles: true,
        valueFiles: layers.map((file) => `$values/${file}`),
        ...(Object.keys(facts).length > 0 && { values: factValues(facts) }),
        // Definitions come from the chart that holds nothing else.
        ...(crds && { skipCrds: true }),
      },
    },
    { repoURL: REPOSITORY, targetRevision: REVISION, ref: 'values' },
    ...(resources.common ? [files(`${GITOPS.addons}/resources/${name}`)] : []),
    ...(resources.byRole ? [files(`${GITOPS.addons}/resources/${ROLE}/${name}`)] : []),
  ]
}

function syncOptions({ serverSideApply }: Addon): string[] {
  return [
    'CreateNamespace=true',
    'PruneLast=true',
    'RespectIgnoreDifferences=true',
    // The definition may come with the same sync, or from an add-on that comes later.
    'SkipDryRunOnMissingResource=true',
    ...(serverSideApply ? ['ServerSideApply=true'] : []),
  ]
}
