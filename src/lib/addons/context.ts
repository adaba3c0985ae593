import type { GitPlace } from '../config/git-place.js'
import type { Project } from '../config/project.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import type { Ports } from '../core/ports.js'
import type { Helm } from '../helm/helm.js'

/** What the commands hand to the use cases of add-ons. */
export interface AddonsContext {
  ports: Ports
  project: Project
  /** The repository that Argo CD reads. */
  git(): Promise<GitPlace>
  /** The cluster in which Argo CD runs. */
  hub(): Promise<KubernetesClient>
  /** The cluster of an environment. */
  cluster(environment: string): Promise<KubernetesClient>
  /** Helm without a cluster, and a folder that vanishes afterwards. */
  helm(): Promise<{ helm: Helm; folder: string }>
}
