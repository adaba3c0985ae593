import path from 'node:path'
import { checkIdentity } from '../aws/identity.js'
import { AwsClients } from '../aws/clients.js'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { Step } from '../core/steps.js'
import type { AwsConnection } from '../core/target.js'
import { terraformEnvironment } from '../terraform/environment-variables.js'
import { Terraform } from '../terraform/terraform.js'
import { rootFolder, rootOf } from './layout.js'
import { refuseMoved } from './moved.js'
import type { EnvironmentContext } from './wiring.js'

/** What the checks found; filled in by the steps, in their order. */
export interface Preflight {
  connection: AwsConnection
  clients: AwsClients
  terraform: Terraform
}

/** Refuses what this version cannot build, before anything is touched. @throws `NotSupportedYet` */
export function refuseUnsupported(
  environment: Pick<Environment, 'name' | 'architecture' | 'isolation'>,
  wayOut = `Set "isolation: hard" in environments/${environment.name}.yaml`,
): void {
  rootOf(environment)
  if (environment.isolation === 'soft') {
    throw new UserError(
      'NotSupportedYet',
      `Environment ${environment.name} would be soft (a namespace in another cluster), which this version cannot build yet.`,
      {
        next: [`${wayOut}: an environment with a cluster of its own.`],
      },
    )
  }
}

/**
 * The checks before anything is touched: programs, credentials and that the account is the configured one.
 * (What the files say was checked when they were read.)
 */
export function preflightSteps(context: EnvironmentContext, environment: Environment, found: (preflight: Preflight) => void): Step[] {
  let programs: Awaited<ReturnType<EnvironmentContext['findPrograms']>> | undefined
  return [
    {
      id: 'configuration',
      title: 'Configuration',
      run: async () => {
        await refuseMoved(context.project, environment)
        return { outcome: 'checked', detail: `Kubernetes ${environment.cluster.kubernetesVersion}, ${environment.network.cidr}` }
      },
    },
    {
      id: 'tools',
      title: 'Tools',
      run: async (control) => {
        programs = await context.findPrograms((detail, count) => control.progress(detail, count))
        return { outcome: 'checked', detail: path.basename(programs.terraform) }
      },
    },
    {
      id: 'account',
      title: context.target.kind === 'sandbox' ? 'Sandbox and account' : 'Account',
      run: async (control) => {
        if (context.target.kind === 'sandbox') control.progress('starting the local AWS if it is not running')
        await context.target.prepare()
        const { account, region } = environment
        const connection = await context.target.connect(account, region)
        const clients = new AwsClients(connection)
        const { arn } = await checkIdentity(clients, account.id)
        if (!programs) throw new Error('the step "tools" has not run')
        const terraform = new Terraform(context.ports, {
          program: programs.terraform,
          folder: path.join(context.project.directory, rootFolder(environment.name)),
          env: terraformEnvironment(context.ports.env, connection, { cliConfig: programs.cliConfig }),
        })
        found({ connection, clients, terraform })
        return { outcome: 'checked', detail: `${account.id} in ${region} as ${arn}` }
      },
    },
  ]
}
