import type { Mirrors } from '../config/addons/mirror.js'

/** Where each kind of thing lies in the repository. */
export const GITOPS = {
  bootstrap: 'gitops/bootstrap',
  projects: 'gitops/projects',
  clusters: 'gitops/clusters',
  addons: 'gitops/addons',
  applicationSets: 'gitops/addons/applicationsets',
} as const

/** Project of everything that platform itself brings. */
export const PLATFORM_PROJECT = 'platform'

/** The object that tells Argo CD of the cluster of an environment. */
export function clusterFile(environment: string): string {
  return `${GITOPS.clusters}/${environment}/cluster.yaml`
}

export function applicationSetFile(addon: string): string {
  return `${GITOPS.applicationSets}/${addon}.yaml`
}

/** The application that brings an add-on into the cluster of an environment. Those of teams have a dot in their name. */
export function addonApplication(addon: string, environment: string): string {
  return `${addon}-${environment}`
}

/**
 * The values of an add-on, the strongest last. None of these files needs to exist.
 * @param mirrors with a mirror for images, where they come from is said last
 */
export function valueLayers(
  addon: string,
  { role, environment, cluster }: { role: string; environment: string; cluster: string },
  mirrors: Mirrors | undefined,
): string[] {
  const layers = ['default', `roles/${role}`, `environments/${environment}`, `clusters/${cluster}`, ...(mirrors?.images ? ['mirror'] : [])]
  return layers.map((layer) => valueFile(layer, addon))
}

/** The values of an add-on in one layer. */
export function valueFile(layer: string, addon: string): string {
  return `${GITOPS.addons}/${layer}/${addon}.yaml`
}
