import { DERIVED_FILES } from '../../roots/applied-commit.js'
import { folderOfRoot } from '../../templates/parts.js'

/**
 * What an environment is in Git: its file, its root module, and what Argo CD reads of it. As Git takes paths; what is
 * written from the configuration at every run does not count.
 */
export function pathsOf(name: string): string[] {
  return [
    `environments/${name}.yaml`,
    folderOfRoot(name),
    `gitops/clusters/${name}`,
    `gitops/addons/environments/${name}`,
    `gitops/addons/clusters/${name}`,
    `:(glob)gitops/apps/*/environments/${name}/**`,
    ...DERIVED_FILES.map((file) => `:(exclude)${folderOfRoot(name)}/${file}`),
  ]
}

/** The application that a file is an overlay of. */
export function appOf(file: string): string | undefined {
  return /^gitops\/apps\/([^/]+)\/environments\//.exec(file)?.[1]
}
