import { AwsClients } from '../aws/clients.js'
import type { StateLocation } from '../aws/state-object.js'
import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { StatePlace } from '../roots/root.js'
import { stateBucketOf } from '../roots/value-files.js'

/** What the use cases need that look at states and locks. */
export interface StateContext {
  ports: Ports
  project: Project
  target: AwsTarget
}

/** Where the state of a root lies, and clients to get there. The target must have been prepared. */
export async function openState(
  { project, target }: Pick<StateContext, 'project' | 'target'>,
  root: StatePlace,
): Promise<StateLocation & { clients: AwsClients }> {
  const clients = new AwsClients(await target.connect(root.account, root.region))
  return { clients, bucket: stateBucketOf(project, root), key: root.stateKey }
}
