import type { GitPlace } from '../config/git-place.js'
import type { Project } from '../config/project.js'
import type { KubernetesClient, KubernetesObject } from '../core/kubernetes.js'
import type { Ports } from '../core/ports.js'

/** What the commands hand to the use cases of applications. */
export interface AppsContext {
  ports: Ports
  project: Project
  /** The repository that Argo CD reads. */
  git(): Promise<GitPlace>
  /** The cluster in which Argo CD runs. */
  hub(): Promise<KubernetesClient>
  /** The cluster of an environment. */
  cluster(environment: string): Promise<KubernetesClient>
  /** What a chart renders with some values, as objects. */
  render(chart: { folder: string; values: string; release: string; namespace: string }): Promise<KubernetesObject[]>
}
