import { readKeyHealth } from '../../aws/key-health.js'
import type { AwsClients } from '../../aws/clients.js'
import { clusterNotFound } from '../../aws/cluster-details.js'
import { refusePolicyBreaches } from '../../config/policies.js'
import { UserError } from '../../core/errors.js'
import { runSteps } from '../../core/steps.js'
import type { KubernetesClient } from '../../core/kubernetes.js'
import { applyRoot, type ApplyOptions, type ApplyResult } from '../../roots/apply-root.js'
import { environmentRoot } from '../../roots/environment-root.js'
import { withRun } from '../../roots/run.js'
import { softDatabaseName, softNamesIn, softOutputs } from '../../roots/soft-environments.js'
import { hostOutputs, inHostCluster, softOf, type SoftContext, type SoftEnvironment } from './context.js'
import { writeGitopsFiles } from './gitops-files.js'
import { applyObjects, ownedNamespaces, refuseTaken } from './namespaces.js'

export interface CreateSoftOptions extends Omit<ApplyOptions, 'command' | 'confirm' | 'verify'> {
  name: string
  command: 'env create' | 'env apply'
}

/**
 * Brings a soft environment to what its file says: its part of the host's infrastructure by the host's own plan, then its namespaces.
 * Safe to repeat; a run that was cut short is finished by the next one.
 * @throws `ClusterNotFound`, `NamespaceTaken`, and as `applyRoot`
 */
export async function createSoft(context: SoftContext, options: CreateSoftOptions): Promise<ApplyResult> {
  const { name, command, ...how } = options
  const { project, ports } = context
  refusePolicyBreaches(project)
  const environment = softOf(project, name)
  warnWhatIsShared(context, environment)
  const startedAt = ports.clock.now().getTime()
  const before = await hostOutputs(context, environment)
  if (before['cluster_name'] === undefined) throw clusterNotFound(environment.cluster.name, environment.host)
  const isNew = !softNamesIn(before).includes(name)
  const words = `${command} ${name}`
  return withRun(ports, { repository: project.directory, environment: name, command: words, purpose: 'change' }, async (run) => {
    const inner: SoftContext = { ...context, ports: run.ports }
    const [previous] = (await run.journal.list(name)).filter(({ runId, purpose }) => runId !== run.record.runId && purpose === 'change')
    const resumed = previous !== undefined && previous.status !== 'succeeded' && !isNew
    return inHostCluster(inner, environment, async (kubectl) => {
      await runSteps(run.ports, `Looking at ${environment.host}`, [
        { id: 'taken', title: 'Namespaces', run: async () => refuseTaken(kubectl, environment) },
      ])
      const applied = await applyRoot(inner, environmentRoot(project, environment), {
        ...how,
        command: words,
        verify: async ({ clients }, outputs) => verifyInfrastructure(environment, clients, outputs),
      })
      const result = { ...applied, environment: name, runId: run.record.runId }
      if (applied.status === 'started') {
        ports.report.emit({ type: 'info', message: `The namespaces follow when Terraform is done: platform env create ${name}` })
        return result
      }
      run.record.changes = applied.changes
      const { changed } = await runSteps(run.ports, `Making ${name} in ${environment.cluster.name}`, [
        { id: 'namespaces', title: 'Namespaces and their rules', run: async () => applyObjects(kubectl, environment) },
        { id: 'verify-namespaces', title: 'Verification', run: async () => verifyNamespaces(context, kubectl, environment) },
        { id: 'gitops', title: 'Files for Argo CD', run: async () => gitopsStep(context, environment) },
      ])
      const whole = applied.status !== 'unchanged' || changed
      const status = resumed ? 'resumed' : !whole ? 'unchanged' : isNew ? 'created' : 'updated'
      const outputs = softOutputs(name, applied.outputs)
      return { ...result, status, outputs, durationMs: ports.clock.now().getTime() - startedAt }
    })
  })
}

/** Said each time: isolation by namespaces is weaker than it looks. */
function warnWhatIsShared({ ports }: Pick<SoftContext, 'ports'>, { name, host, databases, soft }: SoftEnvironment): void {
  ports.report.emit({
    type: 'warning',
    message:
      `${name} is soft: it shares the control plane, the nodes, the network and the upgrades of ${host} with its neighbours, and everything ` +
      `that is not in a namespace, such as custom resource definitions. A break-out of a container reaches them. For more, use isolation: hard.`,
  })
  if (Object.keys(databases).length === 0) return
  ports.report.emit({
    type: 'warning',
    message:
      `The databases of ${name} are encrypted with the data key of ${host}, which also opens those of ${host} and of its neighbours` +
      `${soft.ownKey ? `; the key of ${name} is for what its applications encrypt` : ''}.`,
  })
}

async function verifyInfrastructure(environment: SoftEnvironment, clients: AwsClients, outputs: Record<string, unknown>): Promise<string> {
  const { name, host, soft, databases } = environment
  if (!softNamesIn(outputs).includes(name)) {
    throw new UserError('VerifyFailed', `The root module of ${host} knows no soft environments.`, {
      reason: `infra/environments/${host} is of an older version of the templates.`,
      next: [`platform template update ${host}`, `platform env create ${name}`],
    })
  }
  const problems: string[] = []
  const { key } = softOutputs(name, outputs)
  if (soft.ownKey) {
    const health = typeof key === 'string' ? await readKeyHealth(clients, key) : undefined
    if (health?.enabled !== true || !health.rotates) problems.push('its key is not enabled, or does not rotate')
  }
  const endpoints = (outputs['database_endpoints'] ?? {}) as Record<string, unknown>
  for (const database of Object.keys(databases)) {
    if (!(softDatabaseName(name, database) in endpoints)) problems.push(`database ${database} has no address`)
  }
  if (problems.length === 0) return `${soft.ownKey ? 'own key' : 'no own key'}, ${Object.keys(databases).length} databases`
  throw new UserError('VerifyFailed', 'Terraform applied the plan, but AWS does not answer as expected.', {
    reason: problems.join('\n'),
    next: ['Run the same command again.'],
    details: { problems },
  })
}

async function verifyNamespaces(context: SoftContext, kubectl: KubernetesClient, environment: SoftEnvironment) {
  const owned = await ownedNamespaces(kubectl, environment)
  const { namespaces } = environment.soft
  const missing = namespaces.filter((each) => !owned.includes(each))
  if (missing.length > 0) throw new UserError('VerifyFailed', `The namespaces ${missing.join(', ')} are not there.`)
  for (const other of owned.filter((each) => !namespaces.includes(each))) {
    context.ports.report.emit({
      type: 'warning',
      message: `The namespace ${other} is not in the file any more. It stays: delete it with kubectl when nobody needs it.`,
    })
  }
  return { outcome: 'checked' as const, detail: namespaces.join(', ') }
}

async function gitopsStep({ project }: SoftContext, environment: SoftEnvironment) {
  const changed = await writeGitopsFiles(project, environment)
  return changed.length === 0
    ? { outcome: 'unchanged' as const, detail: 'nothing to write' }
    : { outcome: 'done' as const, detail: `${changed.join(', ')}: commit them` }
}
