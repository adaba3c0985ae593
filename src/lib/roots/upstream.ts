import { AwsClients } from '../aws/clients.js'
import { stateOutputs } from '../aws/state-object.js'
import type { RootContext } from './context.js'
import type { Root, UpstreamOutputs } from './root.js'
import { stateBucketOf } from './value-files.js'

/** The outputs of every root that `root` is built on and that was applied. The target must have been prepared. */
export async function readUpstream({ project, target }: Pick<RootContext, 'project' | 'target'>, root: Root): Promise<UpstreamOutputs> {
  const outputs = new Map<string, Record<string, unknown>>()
  for (const place of root.upstream) {
    const clients = new AwsClients(await target.connect(place.account, place.region))
    const found = await stateOutputs(clients, { bucket: stateBucketOf(project, place), key: place.stateKey })
    if (Object.keys(found).length > 0) outputs.set(place.name, found)
  }
  return outputs
}

/** Says which values wait for another root: they are left out, never guessed. */
export function reportPending({ ports }: Pick<RootContext, 'ports'>, root: Root, outputs: UpstreamOutputs): void {
  for (const { name } of root.upstream.filter((place) => place.name !== root.name && !outputs.has(place.name))) {
    ports.report.emit({ type: 'info', message: `What ${root.name} takes from ${name} is known after apply of ${name}.` })
  }
}
