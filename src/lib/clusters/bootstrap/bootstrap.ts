import type { Application } from '../../argocd/application.js'
import { listApplications } from '../../argocd/argocd.js'
import { managementOf } from '../../config/management.js'
import type { Environment } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
import { runSteps, type Step, type StepSummary } from '../../core/steps.js'
import { unknownEnvironment } from '../../roots/select.js'
import { withRun } from '../../roots/run.js'
import { addonChartsStep } from './addon-charts-step.js'
import { accessSteps } from './access-steps.js'
import { argoCdAddress } from './argocd-address.js'
import { softEnvironment } from './cluster-link.js'
import type { BootstrapContext } from './context.js'
import { gitStep } from './git-step.js'
import { healthStep } from './health-step.js'
import { credentialsStep } from './credentials-step.js'
import { argoCdStep, chartStep, namespaceStep, projectsStep, registrationStep, rootStep } from './install-steps.js'
import { type BootstrapOptions, Work } from './work.js'

export interface BootstrapResult {
  environment: string
  cluster: string
  status: 'bootstrapped' | 'registered' | 'unchanged' | 'planned'
  argocd: {
    /** Name of the cluster that it runs in. */
    cluster: string
    /** Of its chart. */
    version: string
    url: string | null
    /** Commands that lead into it. */
    login: string[]
  }
  applications: Array<{ name: string; sync: string; health: string }>
  /** The commit that Argo CD reads. */
  revision: string | null
  steps: StepSummary[]
}

/**
 * Turns a cluster into one that is run by Argo CD from Git: the management cluster gets Argo CD, any other one is registered in it. Each step is
 * checked first, and verified afterwards: running it again is how an interrupted run is finished.
 * @throws `WrongCluster`, `KubernetesRefused`, `ManagementMissing`, `RunInProgress`, `ChartDigestMismatch`, `NotHealthy` …
 */
export async function bootstrapCluster(context: BootstrapContext, options: BootstrapOptions): Promise<BootstrapResult> {
  return carryOut(context, options, { command: 'cluster bootstrap', title: 'Bootstrap', done: 'bootstrapped' })
}

/** As `bootstrapCluster` for a workload cluster, without waiting for what Argo CD brings into it. */
export async function registerCluster(context: BootstrapContext, options: BootstrapOptions): Promise<BootstrapResult> {
  const { name, role } = environmentOf(context, options.environment)
  if (role === 'management') {
    throw new UserError('BadFlag', `${name} is the management environment: it gets Argo CD itself.`, {
      next: [`platform cluster bootstrap ${name}`],
    })
  }
  return carryOut(context, { ...options, wait: false }, { command: 'cluster register', title: 'Registration', done: 'registered' })
}

async function carryOut(
  context: BootstrapContext,
  options: BootstrapOptions,
  { command, title, done }: { command: string; title: string; done: 'bootstrapped' | 'registered' },
): Promise<BootstrapResult> {
  const environment = environmentOf(context, options.environment)
  const management = managementOf(context.project, environment)
  if (!options.dryRun) await options.confirm?.()
  const { ports, project } = context
  const purpose = options.dryRun ? 'look' : 'change'
  return withRun(ports, { repository: project.directory, environment: environment.name, command, purpose }, async (run) => {
    const work = new Work({ ...context, ports: run.ports }, options, { environment, management })
    let applications: Application[] = []
    const steps = [...stepsOf(work), ...(options.wait ? [healthStep(work, (found) => (applications = found))] : [])]
    try {
      const { results, changed } = await runSteps(run.ports, `${title} of ${environment.name}`, steps)
      if (!options.wait || options.dryRun) applications = await listApplications(work.hub.kubectl)
      return await resultOf(work, { applications, results, status: options.dryRun ? 'planned' : changed ? done : 'unchanged' })
    } finally {
      for (const cleanUp of work.cleanUp.reverse()) await cleanUp()
    }
  })
}

function stepsOf(work: Work): Step[] {
  if (!work.isManagement) return [...accessSteps(work), addonChartsStep(work), gitStep(work), projectsStep(work), registrationStep(work)]
  return [
    ...accessSteps(work),
    chartStep(work),
    addonChartsStep(work),
    gitStep(work),
    namespaceStep(work),
    argoCdStep(work),
    credentialsStep(work),
    projectsStep(work),
    rootStep(work),
    registrationStep(work),
  ]
}

async function resultOf(
  work: Work,
  { applications, results, status }: { applications: readonly Application[]; results: StepSummary[]; status: BootstrapResult['status'] },
): Promise<BootstrapResult> {
  return {
    environment: work.environment.name,
    cluster: work.environment.cluster.name,
    status,
    argocd: await argoCdAddress(work),
    applications: applications.map(({ name, sync, health }) => ({ name, sync, health })),
    revision: work.commit ?? null,
    steps: results,
  }
}

/** @throws `EnvironmentNotFound` */
export function environmentOf({ project }: Pick<BootstrapContext, 'project'>, name: string): Environment {
  const environment = project.environments.get(name)
  if (!environment) throw unknownEnvironment(project, name)
  if (environment.isolation === 'soft') throw softEnvironment(environment)
  return environment
}
