import { AwsClients } from '../aws/clients.js'
import { stateOutputs } from '../aws/state-object.js'
import { UserError } from '../core/errors.js'
import type { RootContext } from '../roots/context.js'
import { destroyRoot, refuseProtected, type DestroyOptions, type DestroyResult } from '../roots/destroy-root.js'
import { environmentRoot } from '../roots/environment-root.js'
import type { Root } from '../roots/root.js'
import { softNamesIn } from '../roots/soft-environments.js'
import { stateBucketOf } from '../roots/value-files.js'
import { environmentOf } from './selection.js'

/** Destroys an environment and proves that nothing is left in the account. Running it again after an interruption finishes it. */
export async function destroyEnvironment(context: RootContext, options: DestroyOptions & { name: string }): Promise<DestroyResult> {
  const { name, ...how } = options
  const root = environmentRoot(context.project, environmentOf(context.project, name))
  refuseProtected(root)
  if ([...context.project.environments.values()].some(({ host }) => host === name)) await refuseInUse(context, root)
  return destroyRoot(context, root, how)
}

/** With the cluster, the soft environments in it would be gone. @throws `HostInUse` */
async function refuseInUse({ project, target }: RootContext, root: Root): Promise<void> {
  await target.prepare()
  const clients = new AwsClients(await target.connect(root.account, root.region))
  const present = softNamesIn(await stateOutputs(clients, { bucket: stateBucketOf(project, root), key: root.stateKey }))
  if (present.length === 0) return
  throw new UserError('HostInUse', `${root.name} is the host of ${present.join(', ')}. Nothing was changed.`, {
    next: present.map((each) => `platform env destroy ${each}`),
    details: { environment: root.name, soft: present },
  })
}
