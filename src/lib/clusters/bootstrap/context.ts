import type { Progress } from '../../roots/context.js'
import type { ClusterContext } from '../find-cluster.js'

/** What the commands hand to the use cases that change what runs in a cluster. */
export interface BootstrapContext extends ClusterContext {
  /** Absolute path of this program, which makes the tokens of kubectl and Helm. */
  program: string
  /** Finds kubectl, installing it where it is missing. */
  findKubectl(progress: Progress): Promise<string>
  findHelm(progress: Progress): Promise<string>
}
