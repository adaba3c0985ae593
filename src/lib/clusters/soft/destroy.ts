import { AwsClients } from '../../aws/clients.js'
import { readClusterDetails } from '../../aws/cluster-details.js'
import type { Retained } from '../../aws/leftovers/leftovers.js'
import { UserError } from '../../core/errors.js'
import { runSteps, type Step } from '../../core/steps.js'
import { applyRoot } from '../../roots/apply-root.js'
import { confirmByName, refuseWrongName } from '../../roots/confirmation.js'
import type { DestroyOptions, DestroyResult } from '../../roots/destroy-root.js'
import { environmentRoot } from '../../roots/environment-root.js'
import { planRoot } from '../../roots/plan-root.js'
import { withRun } from '../../roots/run.js'
import { softNamesIn, softOutputs } from '../../roots/soft-environments.js'
import { hostOutputs, inHostCluster, softOf, type SoftContext, type SoftEnvironment } from './context.js'
import { removeGitopsFiles } from './gitops-files.js'
import { keyEnd } from './key-end.js'
import { deleteNamespaces, ownedNamespaces } from './namespaces.js'
import { foreignLosses, hostDiffers, losses } from './own-changes.js'

type Outputs = Record<string, unknown>

/**
 * Takes a soft environment out of its host and proves that nothing of it is left. Neighbours are not touched: a plan that would is
 * refused. Running it again after an interruption finishes it.
 * @throws `ProtectionOn`, `NotConfirmed`, `DataLossRefused`, `NamespaceStuck`, `OrphansLeft`, and as `applyRoot`
 */
export async function destroySoft(context: SoftContext, options: DestroyOptions & { name: string }): Promise<DestroyResult> {
  const { name, confirm, wait } = options
  const { project, ports } = context
  const environment = softOf(project, name)
  refuseProtected(environment)
  refuseWrongName(ports, name, confirm)
  const command = `env destroy ${name}`
  return withRun(ports, { repository: project.directory, environment: name, command, purpose: 'change' }, async (run) => {
    const inner: SoftContext = { ...context, ports: run.ports }
    const outputs = await hostOutputs(inner, environment)
    const removal = await planRemoval(inner, environment, outputs)
    const owned = await namespacesThere(inner, environment)
    if (removal !== undefined || owned.length > 0) {
      for (const each of owned)
        run.ports.report.emit({ type: 'warning', message: `The namespace ${each} and everything in it will be deleted.` })
      await confirmByName(run.ports, name, confirm)
    }
    if (owned.length > 0)
      await inHostCluster(inner, environment, (kubectl) => runSteps(run.ports, `Emptying ${name}`, [deletionOf(inner, kubectl, owned)]))
    if (removal) {
      const applied = await applyRoot(inner, environmentRoot(project, environment, 'remove'), {
        command,
        yes: true,
        wait,
        allowReplace: removal.own,
        savedPlan: { file: removal.planFile, digest: removal.planDigest },
      })
      if (applied.status === 'started') return { environment: name, destroyed: false, orphans: [], retained: [] }
    }
    return prove(inner, environment, outputs)
  })
}

function refuseProtected({ name, protection }: SoftEnvironment): void {
  if (!protection) return
  throw new UserError('ProtectionOn', `${name} is protected. Nothing was changed.`, {
    next: [`Set "protection: false" in environments/${name}.yaml and commit it, then run the command again.`],
  })
}

/** The plan that takes it out of the host. @returns undefined when the host has nothing of it */
async function planRemoval(context: SoftContext, environment: SoftEnvironment, outputs: Outputs) {
  const { name, host } = environment
  if (!softNamesIn(outputs).includes(name)) return undefined
  const root = environmentRoot(context.project, environment, 'remove')
  const plan = await planRoot(context, root)
  const kept = Object.keys(root.values(new Map([[host, outputs]]))['databases'] ?? {})
  const foreign = foreignLosses(plan, name, kept)
  if (foreign.length > 0) throw hostDiffers(host, name, foreign)
  context.ports.report.emit({ type: 'plan-made', plan: { environment: name, changes: plan.changes, resources: plan.resources } })
  return { ...plan, own: losses(plan).map(({ address }) => address) }
}

/** Without a cluster there is nothing in it. */
async function namespacesThere(context: SoftContext, environment: SoftEnvironment): Promise<string[]> {
  const { account, region, cluster } = environment
  const clients = new AwsClients(await context.target.connect(account, region))
  if (!(await readClusterDetails(clients, cluster.name))) return []
  return inHostCluster(context, environment, (kubectl) => ownedNamespaces(kubectl, environment))
}

function deletionOf(context: SoftContext, kubectl: Parameters<typeof deleteNamespaces>[1], owned: readonly string[]): Step {
  return {
    id: 'namespaces',
    title: 'Namespaces',
    run: async (control) => deleteNamespaces(context.ports, kubectl, owned, (detail) => control.progress(detail)),
  }
}

/** Reads back that the namespaces, the key and the databases are gone. */
async function prove(context: SoftContext, environment: SoftEnvironment, before: Outputs): Promise<DestroyResult> {
  const { name, account, region } = environment
  const retained: Retained[] = []
  const orphans: DestroyResult['orphans'] = []
  await runSteps(context.ports, `Checking that nothing of ${name} is left`, [
    {
      id: 'proof',
      title: 'Proof that nothing is left',
      run: async () => {
        for (const namespace of await namespacesThere(context, environment))
          orphans.push({ arn: `namespace/${namespace}`, type: 'kubernetes:namespace', reason: 'It still exists.' })
        const after = await hostOutputs(context, environment)
        const { databases } = softOutputs(name, after)
        for (const database of Object.keys(databases ?? {}))
          orphans.push({ arn: database, type: 'database', reason: 'The state of the host still has it.' })
        const { key } = softOutputs(name, before)
        if (typeof key === 'string') {
          const end = await keyEnd(new AwsClients(await context.target.connect(account, region)), key)
          if (end === 'in use') orphans.push({ arn: key, type: 'kms:key', reason: 'It is not scheduled for deletion.' })
          else if (end !== 'gone') retained.push({ arn: key, until: end, reason: 'KMS deletes keys after their waiting period.' })
        }
        return { outcome: 'checked', detail: `${orphans.length} left, ${retained.length} kept by AWS for a while` }
      },
    },
    {
      id: 'gitops',
      title: 'Files for Argo CD',
      run: async () => {
        const removed = await removeGitopsFiles(context.project, environment)
        return removed.length === 0 ? { outcome: 'unchanged' } : { outcome: 'done', detail: `removed ${removed.join(', ')}: commit it` }
      },
    },
  ])
  const result: DestroyResult = { environment: name, destroyed: orphans.length === 0, orphans, retained }
  if (orphans.length === 0) return result
  throw new UserError('OrphansLeft', `${orphans.length} things of ${name} are still there.`, {
    reason: orphans.map(({ arn, reason }) => `${arn}: ${reason}`).join('\n'),
    next: ['Run the same command again.'],
    details: { ...result },
  })
}
