import { AwsClients } from '../aws/clients.js'
import { stateBucketName } from '../aws/state-bucket.js'
import { stateOutputs, stateSummary } from '../aws/state-object.js'
import { Journal } from '../core/journal.js'
import { SHARED_NAME } from '../core/names.js'
import { enabledSharedRoot } from '../roots/shared-root.js'
import { statusOf, type RootStatus, type StatusContext } from '../roots/status.js'

export interface SharedDetails {
  name: string
  status: RootStatus
  account: string
  region: string
  protection: boolean
  state: { bucket: string; key: string; resources: number; serial?: number }
  folder: string
  outputs: Record<string, unknown>
  lastRun?: { runId: string; command: string; status: string; startedAt: string }
}

/** Everything about what environments share: its section, its state and its outputs. @throws `InvalidConfiguration` when it is switched off */
export async function showShared(context: StatusContext): Promise<SharedDetails> {
  const { ports, project, target } = context
  const root = enabledSharedRoot(project)
  const { account, region, protection, folder } = root
  await target.prepare()
  const clients = new AwsClients(await target.connect(account, region))
  const location = { bucket: stateBucketName({ platform: project.platform.name, accountId: account.id, region }), key: root.stateKey }
  const [status, state, outputs, [lastRun]] = await Promise.all([
    statusOf(context, root),
    stateSummary(clients, location),
    stateOutputs(clients, location),
    new Journal(project.directory, ports.clock).list(SHARED_NAME),
  ])
  return {
    name: SHARED_NAME,
    status,
    account: account.id,
    region,
    protection,
    state: { ...location, resources: state.resources, ...(state.serial !== undefined && { serial: state.serial }) },
    folder,
    outputs,
    ...(lastRun && { lastRun: { runId: lastRun.runId, command: lastRun.command, status: lastRun.status, startedAt: lastRun.startedAt } }),
  }
}
