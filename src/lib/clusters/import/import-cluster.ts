import { AwsClients } from '../../aws/clients.js'
import { listClusters, readExistingCluster, type FoundCluster } from '../../aws/existing-cluster.js'
import { checkIdentity } from '../../aws/identity.js'
import type { Role } from '../../config/choices.js'
import { addEnvironmentFile } from '../../config/create-environment.js'
import type { Environment, Project } from '../../config/project.js'
import { environmentFilePath } from '../../config/repository-files.js'
import { UserError } from '../../core/errors.js'
import { assertEnvironmentName, nearest } from '../../core/names.js'
import { applyRoot, type ApplyOptions, type ApplyResult } from '../../roots/apply-root.js'
import type { RootContext } from '../../roots/context.js'
import { environmentRoot } from '../../roots/environment-root.js'
import { refuseForeignChanges } from '../../roots/foreign.js'
import type { PlanResult } from '../../roots/plan-root.js'
import { previewRoot } from '../../roots/preview-root.js'
import { describeCluster, notesOn, obstaclesTo } from './describe.js'
import { environmentText } from './environment-text.js'

export interface ImportOptions extends Pick<ApplyOptions, 'yes' | 'wait'> {
  /** Name of the environment. */
  name: string
  /** Name of the cluster in EKS. */
  cluster: string
  role: Role
  account?: string | undefined
  region?: string | undefined
}

/**
 * Makes an environment of a cluster that platform did not make: writes down what it is, and takes it into a Terraform state by a plan
 * that changes nothing of it. A file that exists already is taken as it is, so the same command finishes what was cut short.
 * @throws `ClusterNotFound`, `ClusterNotImportable`, `ImportNotClean`, `BadFlag`, and what planning and applying throw
 */
export async function importCluster(context: RootContext, options: ImportOptions): Promise<ApplyResult> {
  const { project } = await withEnvironment(context, options, false)
  const root = environmentRoot(project, environmentOf(project, options.name))
  return applyRoot({ ...context, project }, root, {
    command: `cluster import ${options.name}`,
    yes: options.yes,
    wait: options.wait,
    allowReplace: [],
    judge: (summary) => refuseForeignChanges(root, summary),
  })
}

/** What an import would write and do. Nothing in the repository and nothing in the account is changed. */
export async function previewImport(
  context: RootContext,
  options: Omit<ImportOptions, 'yes' | 'wait'>,
): Promise<PlanResult & { file: string; text?: string }> {
  const { project, text } = await withEnvironment(context, options, true)
  const root = environmentRoot(project, environmentOf(project, options.name))
  const plan = await previewRoot({ ...context, project }, root)
  return { ...plan, file: root.file, ...(text !== undefined && { text }) }
}

async function withEnvironment(
  context: RootContext,
  options: Omit<ImportOptions, 'yes' | 'wait'>,
  dryRun: boolean,
): Promise<{ project: Project; text?: string }> {
  const { project, ports } = context
  const { name, cluster } = options
  assertEnvironmentName(name)
  const known = project.environments.get(name)
  if (known) {
    if (known.existing?.cluster !== cluster) throw otherEnvironment(known, cluster)
    return { project }
  }
  refuseTaken(project, cluster)
  const place = placeOf(project, options)
  const found = await find(context, place, cluster)
  refuseObstacles(found, cluster)
  for (const message of notesOn(found)) ports.report.emit({ type: 'info', message })
  const text = environmentText({ role: options.role, account: place.account.name, region: place.region }, describeCluster(found))
  const file = environmentFilePath(name)
  const added = await addEnvironmentFile(
    project,
    name,
    { env: ports.env, dryRun },
    { text: async () => text, explain: (resolve) => resolve() },
  )
  if (!dryRun) ports.report.emit({ type: 'info', message: `Wrote ${file}` })
  return { project: added, text }
}

interface Place {
  account: { name: string; id: string; roleArn?: string }
  region: string
}

function placeOf({ platform }: Project, { account: wanted, region = platform.region }: Pick<ImportOptions, 'account' | 'region'>): Place {
  const names = Object.keys(platform.accounts)
  const name = wanted ?? (names.length === 1 ? names[0] : undefined)
  const account = name === undefined ? undefined : platform.accounts[name]
  if (name === undefined || account === undefined) {
    const near = wanted === undefined ? undefined : nearest(wanted, names)
    throw new UserError(
      'BadFlag',
      wanted === undefined ? '--account is missing: there are several accounts.' : `There is no account ${wanted}.`,
      {
        reason: `platform.yaml has ${names.join(', ')}.`,
        next: [`--account ${near ?? names[0] ?? 'NAME'}`],
        details: { flag: '--account', allowed: names },
      },
    )
  }
  return { account: { name, id: account.id, ...(account.role !== undefined && { roleArn: account.role }) }, region }
}

async function find({ target }: RootContext, { account, region }: Place, name: string): Promise<FoundCluster> {
  await target.prepare()
  const clients = new AwsClients(await target.connect(account, region))
  await checkIdentity(clients, account.id)
  const found = await readExistingCluster(clients, name)
  if (found) return found
  const names = await listClusters(clients)
  const near = nearest(name, names)
  throw new UserError('ClusterNotFound', `EKS has no cluster ${name} in account ${account.id}, ${region}.`, {
    reason: names.length === 0 ? 'There is none at all.' : `There are: ${names.join(', ')}.`,
    next: [
      ...(near === undefined ? [] : [`Did you mean --cluster ${near}?`]),
      'Look in another account or region: --account NAME, --region REGION',
    ],
    details: { cluster: name, account: account.id, region, found: names, ...(near !== undefined && { nearest: near }) },
  })
}

function refuseObstacles(found: FoundCluster, name: string): void {
  const obstacles = obstaclesTo(found)
  if (obstacles.length === 0) return
  throw new UserError('ClusterNotImportable', `Cluster ${name} cannot be imported as it is. Nothing was written.`, {
    reason: obstacles.map(({ what }) => what).join('\n'),
    next: obstacles.map(({ next }) => next),
    details: { cluster: name, obstacles: obstacles.map(({ what }) => what) },
  })
}

function refuseTaken({ environments }: Project, cluster: string): void {
  const owner = [...environments.values()].find((each) => each.isolation === 'hard' && each.cluster.name === cluster)
  if (!owner) return
  throw new UserError('BadFlag', `Cluster ${cluster} is that of environment ${owner.name} already.`, {
    next: [`platform env show ${owner.name}`],
    details: { cluster, environment: owner.name },
  })
}

function otherEnvironment({ name, existing }: Environment, cluster: string): UserError {
  const what = existing ? `stands around cluster ${existing.cluster}` : 'has a cluster that platform made'
  return new UserError('BadFlag', `Environment ${name} exists already and ${what}, not ${cluster}.`, {
    next: ['Give the imported environment another name.', `See what it is: platform env show ${name}`],
    details: { environment: name, cluster },
  })
}

function environmentOf({ environments }: Project, name: string): Environment {
  const environment = environments.get(name)
  if (!environment) throw new Error(`environment ${name} was just added`)
  return environment
}
