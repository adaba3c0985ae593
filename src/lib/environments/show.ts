import { AwsClients } from '../aws/clients.js'
import { readCluster } from '../aws/cluster.js'
import { stateOutputs, stateSummary } from '../aws/state-object.js'
import { stateBucketName } from '../aws/state-bucket.js'
import { Journal } from '../core/journal.js'
import { stateKey } from '../roots/environment-root.js'
import { softOutputs } from '../roots/soft-environments.js'
import { folderOfRoot } from '../templates/parts.js'
import { describeEnvironment, type EnvironmentEntry, type ListContext } from './list.js'
import { environmentOf } from './selection.js'

export interface EnvironmentDetails extends EnvironmentEntry {
  preset: string
  protection: boolean
  network: { cidr: string; zones: number; nat: string }
  kubernetes: { version: string; status: string; endpoint?: string; deletionProtection: boolean }
  state: { bucket: string; key: string; resources: number; serial?: number }
  /** Of a soft environment. */
  namespaces?: string[]
  folder: string
  outputs: Record<string, unknown>
  lastRun?: { runId: string; command: string; status: string; startedAt: string }
}

/** Everything about one environment: its file, its state and what AWS says of its cluster. */
export async function showEnvironment(context: ListContext, name: string): Promise<EnvironmentDetails> {
  const environment = environmentOf(context.project, name)
  await context.target.prepare()
  const { account, region, network, cluster } = environment
  const entry = await describeEnvironment(context, environment)
  const clients = new AwsClients(await context.target.connect(account, region))
  const location = {
    bucket: stateBucketName({ platform: context.project.platform.name, accountId: account.id, region }),
    key: stateKey(environment.host ?? name),
  }
  const [state, outputs, facts, [lastRun]] = await Promise.all([
    stateSummary(clients, location),
    stateOutputs(clients, location),
    readCluster(clients, cluster.name),
    new Journal(context.project.directory, context.ports.clock).list(name),
  ])
  return {
    ...entry,
    preset: environment.preset,
    protection: environment.protection,
    network: { cidr: network.cidr, zones: network.zones, nat: network.nat },
    kubernetes: {
      version: facts?.version ?? cluster.kubernetesVersion,
      status: facts?.status ?? 'ABSENT',
      deletionProtection: facts?.deletionProtection ?? false,
      ...(facts?.endpoint !== undefined && { endpoint: facts.endpoint }),
    },
    state: { ...location, resources: state.resources, ...(state.serial !== undefined && { serial: state.serial }) },
    ...(environment.soft && { namespaces: environment.soft.namespaces }),
    folder: folderOfRoot(environment.host ?? name),
    outputs: environment.soft ? softOutputs(name, outputs) : outputs,
    ...(lastRun && { lastRun: { runId: lastRun.runId, command: lastRun.command, status: lastRun.status, startedAt: lastRun.startedAt } }),
  }
}
