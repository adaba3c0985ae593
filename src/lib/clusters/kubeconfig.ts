import { AwsClients } from '../aws/clients.js'
import { readClusterAccess } from '../aws/cluster-details.js'
import { writeFileAtomic } from '../core/files.js'
import type { Ports } from '../core/ports.js'
import { KubeconfigDocument } from '../kube/kubeconfig-document.js'
import { fileForNew, kubeconfigFiles, linkTarget } from '../kube/kubeconfig-files.js'
import { withKubeconfigLocks } from '../kube/kubeconfig-lock.js'
import { unknownEnvironment } from '../roots/select.js'
import { homeFolder } from '../tools/cache-folder.js'
import { type ClusterContext, findCluster, requestFor } from './find-cluster.js'
import { addEntries, type Change, removeEntries } from './kubeconfig-change.js'
import { entriesFor, type Owner } from './kubeconfig-entries.js'

export interface KubeconfigOptions {
  environment: string
  /** Absolute path of this program. */
  program: string
  dryRun: boolean
  use: boolean
  /** The role to sign as. */
  roleArn?: string
  /** This file alone, instead of those that kubectl would read. */
  kubeconfig?: string
  /** Name of the entries. Default: that of the cluster. */
  alias?: string
}

export interface KubeconfigResult extends Change {
  environment: string
  dryRun: boolean
}

/**
 * Makes kubectl know the cluster of an environment.
 * @throws `ClusterNotFound`, `ClusterNotReady`, `KubeconfigConflict`, `KubeconfigInvalid`, `KubeconfigLocked`
 */
export async function writeKubeconfig(context: ClusterContext, options: KubeconfigOptions): Promise<KubeconfigResult> {
  const place = await findCluster(context, options.environment)
  const { environment, connection } = place
  const access = await readClusterAccess(new AwsClients(connection), environment.cluster.name, environment.name)
  const { AWS_PROFILE: profile } = context.ports.env
  const request = {
    ...requestFor(place, options.roleArn),
    // kubectl may run where the variable is not set.
    ...(context.target.kind === 'aws' && profile !== undefined && profile !== '' && { profile }),
  }
  const name = options.alias ?? environment.cluster.name
  const owner = ownerIn(context, environment.name)
  const entries = entriesFor(name, owner, { access, request, program: options.program })
  const change = await changeFiles(context.ports, options, (documents, fresh) =>
    addEntries(documents, fresh, { name, owner, entries, use: options.use }),
  )
  return { environment: environment.name, ...change, dryRun: options.dryRun }
}

/** Takes out what `writeKubeconfig` has written for an environment, which may be gone by now. AWS is not asked. @throws `EnvironmentNotFound` */
export async function removeFromKubeconfig(
  context: Omit<ClusterContext, 'target'>,
  options: Pick<KubeconfigOptions, 'environment' | 'dryRun' | 'kubeconfig' | 'alias'>,
): Promise<KubeconfigResult> {
  const { environment, dryRun, alias } = options
  const change = await changeFiles(context.ports, options, (documents) => removeEntries(documents, ownerIn(context, environment), alias))
  if (change.status === 'unchanged' && !context.project.environments.has(environment))
    throw unknownEnvironment(context.project, environment)
  return { environment, ...change, dryRun }
}

function ownerIn({ project }: Pick<ClusterContext, 'project'>, environment: string): Owner {
  const { platform, directory } = project
  return { platform: platform.name, environment, ...(platform.target === 'sandbox' && { repository: directory }) }
}

type Work = (documents: readonly KubeconfigDocument[], fresh: KubeconfigDocument) => Change

/** Finds out what would change, and does it under the locks of the files that it concerns. */
async function changeFiles(
  ports: Pick<Ports, 'clock' | 'signal' | 'env'>,
  { kubeconfig, dryRun }: Pick<KubeconfigOptions, 'kubeconfig' | 'dryRun'>,
  work: Work,
): Promise<Change> {
  const files = kubeconfigFiles({ explicit: kubeconfig, variable: ports.env['KUBECONFIG'], home: homeFolder(ports.env) })
  const preview = await read(files, work)
  if (dryRun || preview.changed.length === 0) return preview.change
  const names = preview.changed.map(({ file }) => file)
  return withKubeconfigLocks(ports, names, async () => {
    const { change, changed } = await read(files, work)
    for (const { file, text } of changed) await writeFileAtomic(await linkTarget(file), text, { mode: 0o600 })
    return change
  })
}

async function read(files: readonly string[], work: Work): Promise<{ change: Change; changed: KubeconfigDocument[] }> {
  const documents = await Promise.all(files.map((file) => KubeconfigDocument.read(file)))
  const newest = fileForNew(files)
  const fresh = documents.find(({ file }) => file === newest)
  if (!fresh) throw new Error('There is no kubeconfig to write to.')
  const change = work(documents, fresh)
  return { change, changed: documents.filter(({ changed }) => changed) }
}
