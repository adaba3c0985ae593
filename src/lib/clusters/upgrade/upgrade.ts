import { AwsClients } from '../../aws/clients.js'
import { waitUntilClusterSettled } from '../../aws/cluster.js'
import { clusterNotFound, readClusterDetails } from '../../aws/cluster-details.js'
import { readAddons, readNodeGroups } from '../../aws/cluster-parts.js'
import { changeEnvironmentFile } from '../../config/change-environment.js'
import { managedAddons } from '../../config/choices.js'
import type { KubernetesVersion } from '../../config/kubernetes-versions.js'
import { refusePolicyBreaches } from '../../config/policies.js'
import type { Project } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
import { Journal } from '../../core/journal.js'
import { runSteps } from '../../core/steps.js'
import { applyRoot } from '../../roots/apply-root.js'
import type { RootContext } from '../../roots/context.js'
import { environmentRoot } from '../../roots/environment-root.js'
import { lastChange, wasCutShort } from '../../roots/history.js'
import type { PlanResult } from '../../roots/plan-root.js'
import { previewRoot } from '../../roots/preview-root.js'
import { type ClusterPlace, findCluster } from '../find-cluster.js'
import { type AddonChange } from './addon-changes.js'
import { checkUpgrade, minorOf, refuseBlocked, type UpgradeChecks } from './checks.js'
import { upgradePath } from './upgrade-path.js'

export interface UpgradeOptions {
  name: string
  to?: KubernetesVersion | undefined
  yes: boolean
  dryRun: boolean
  acceptFindings: boolean
  allowReplace: readonly string[]
}

export interface UpgradeResult {
  environment: string
  cluster: string
  from: string
  to: string
  status: 'upgraded' | 'resumed' | 'unchanged' | 'planned'
  /** One minor version at a time. */
  steps: Array<{ version: string; checks: UpgradeChecks | null; changes: { add: number; change: number; destroy: number } }>
  durationMs: number
}

/**
 * Brings the cluster of an environment to a later Kubernetes version: first what would break, then for each minor version the control
 * plane, the add-ons and the nodes, by the environment's own file and Terraform. Safe to repeat: what was cut short goes on.
 * Source of the order: https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
 * @throws `UpgradeBlocked`, `UnsupportedKubernetesVersion`, `ClusterNotFound`, and as `applyRoot`
 */
export async function upgradeCluster(context: RootContext, options: UpgradeOptions): Promise<UpgradeResult> {
  refusePolicyBreaches(context.project)
  const { clock } = context.ports
  const startedAt = clock.now().getTime()
  const place = await findCluster(context, options.name)
  const { name, cluster } = place.environment
  if (place.environment.isolation === 'soft') throw ofHost(name, place.environment.host ?? '')
  const clients = new AwsClients(place.connection)
  const facts = await readFacts(context, clients, cluster.name, name)
  const cutShort = await wasCut(context, name)
  const { path, resumes } = upgradePath({ ...facts, cutShort, written: cluster.kubernetesVersion, wanted: options.to })
  const result = { environment: name, cluster: cluster.name, from: facts.version, to: path.at(-1) ?? facts.version }
  const took = (): number => clock.now().getTime() - startedAt
  if (path.length === 0) return { ...result, status: 'unchanged', steps: [], durationMs: took() }

  const steps: UpgradeResult['steps'] = []
  let { project } = context
  let from = facts.version
  for (const version of path) {
    const checks = from === version ? null : await check({ ...context, project }, place, clients, { from, to: version })
    if (checks) reportFindings(context, checks, options.dryRun || options.acceptFindings)
    if (options.dryRun)
      return { ...result, status: 'planned', steps: await preview(context, place, path, version, checks), durationMs: took() }
    if (checks) refuseBlocked(checks, cluster.name, options.acceptFindings)
    project = await write(context, project, name, version, checks?.addons ?? [])
    const environment = project.environments.get(name) ?? place.environment
    const { changes } = await applyRoot({ ...context, project }, environmentRoot(project, environment), {
      command: commandFor(name),
      yes: options.yes,
      wait: true,
      allowReplace: options.allowReplace,
      verify: async (prepared) => verify(prepared.clients, cluster.name, version),
    })
    steps.push({ version, checks, changes })
    from = version
  }
  return { ...result, status: resumes ? 'resumed' : 'upgraded', steps, durationMs: took() }
}

function ofHost(name: string, host: string): UserError {
  return new UserError('BadFlag', `${name} has no cluster of its own: it lives in that of ${host}.`, {
    next: [`platform cluster upgrade ${host}`],
  })
}

/** An upgrade that was interrupted after its nodes still has add-ons to bring along. */
async function wasCut({ ports, project }: RootContext, name: string): Promise<boolean> {
  const change = await lastChange(new Journal(project.directory, ports.clock), name)
  return wasCutShort(change) && change?.command === commandFor(name)
}

function commandFor(name: string): string {
  return `cluster upgrade ${name}`
}

/** @throws `ClusterNotFound` */
async function readFacts(
  { ports }: Pick<RootContext, 'ports'>,
  clients: AwsClients,
  cluster: string,
  environment: string,
): Promise<{ version: string; nodes: string[] }> {
  const details = await readClusterDetails(clients, cluster)
  if (!details) throw clusterNotFound(cluster, environment)
  if (details.status === 'UPDATING') {
    ports.report.emit({ type: 'info', message: `EKS is changing ${cluster}: this waits for it.` })
    await waitUntilClusterSettled(clients, cluster, ports.signal)
    return readFacts({ ports }, clients, cluster, environment)
  }
  const groups = await readNodeGroups(clients, cluster)
  return { version: details.version, nodes: groups.map(({ version }) => version) }
}

async function check(
  context: RootContext,
  place: ClusterPlace,
  clients: AwsClients,
  versions: { from: string; to: string },
): Promise<UpgradeChecks> {
  let checks: UpgradeChecks | undefined
  await runSteps(context.ports, `Checking the way to Kubernetes ${versions.to}`, [
    {
      id: 'upgrade-checks',
      title: `Insights, APIs and add-ons of ${versions.to}`,
      run: async () => {
        checks = await checkUpgrade(context, place, clients, versions)
        return { outcome: 'checked', detail: `${checks.blocking.length} blocking, ${checks.warnings.length} to know` }
      },
    },
  ])
  if (!checks) throw new Error('nothing was checked')
  return checks
}

/** @param goesOn else the error tells what is blocking. */
function reportFindings({ ports }: Pick<RootContext, 'ports'>, { blocking, warnings }: UpgradeChecks, goesOn: boolean): void {
  for (const message of warnings) ports.report.emit({ type: 'info', message })
  for (const message of goesOn ? blocking : []) ports.report.emit({ type: 'info', message: `Blocking: ${message}` })
}

/** The environment's file decides, so an upgrade is a change of it, and anybody's next apply says the same. */
async function write(
  context: Pick<RootContext, 'ports'>,
  project: Project,
  name: string,
  version: string,
  addons: readonly AddonChange[],
  dryRun = false,
): Promise<Project> {
  const versions = addons.flatMap((addon) => (addon.managed && addon.version !== null ? [[addon.name, addon.version] as const] : []))
  const changes = [
    [['cluster', 'kubernetesVersion'], version] as const,
    ...versions.map(([addon, addonVersion]) => [['cluster', 'addonVersions', addon], addonVersion] as const),
  ]
  return changeEnvironmentFile(project, name, changes, { env: context.ports.env, dryRun })
}

/** What the first step would do; the later ones are planned when it is done. */
async function preview(
  context: RootContext,
  { environment }: ClusterPlace,
  path: readonly string[],
  version: string,
  checks: UpgradeChecks | null,
): Promise<UpgradeResult['steps']> {
  const project = await write(context, context.project, environment.name, version, checks?.addons ?? [], true)
  const changed = project.environments.get(environment.name) ?? environment
  const { changes }: PlanResult = await previewRoot({ ...context, project }, environmentRoot(project, changed))
  const later = path.filter((each) => minorOf(each) > minorOf(version))
  const none = { add: 0, change: 0, destroy: 0 }
  return [{ version, checks, changes }, ...later.map((each) => ({ version: each, checks: null, changes: none }))]
}

/** Reads back that control plane, nodes and add-ons are there. @throws `VerifyFailed` */
async function verify(clients: AwsClients, cluster: string, version: string): Promise<string> {
  const [details, groups, addons] = await Promise.all([
    readClusterDetails(clients, cluster),
    readNodeGroups(clients, cluster),
    readAddons(clients, cluster),
  ])
  const ours = addons.filter(({ name }) => managedAddons.some((each) => each === name))
  const problems = [
    ...(details?.status === 'ACTIVE' && details.version === version
      ? []
      : [`cluster ${cluster} is ${details?.status ?? 'missing'} at ${details?.version ?? 'no version'}`]),
    ...groups
      .filter((group) => group.version !== version || group.status !== 'ACTIVE')
      .map((group) => `node group ${group.name} is ${group.status} at ${group.version}`),
    ...ours.filter(({ status }) => status !== 'ACTIVE').map((addon) => `add-on ${addon.name} is ${addon.status}`),
  ]
  if (problems.length === 0) return `Kubernetes ${version}: control plane, ${groups.length} node groups, ${ours.length} add-ons`
  throw new UserError('VerifyFailed', `The upgrade of ${cluster} to ${version} did not reach everything.`, {
    reason: problems.join('\n'),
    next: ['Run the same command again: it goes on where this one ended.'],
    details: { problems },
  })
}
