import path from 'node:path'
import { checkIdentity } from '../aws/identity.js'
import { AwsClients } from '../aws/clients.js'
import type { Step } from '../core/steps.js'
import type { AwsConnection } from '../core/target.js'
import { terraformEnvironment } from '../terraform/environment-variables.js'
import { Terraform } from '../terraform/terraform.js'
import type { RootContext } from './context.js'
import { refuseMoved } from './moved.js'
import type { Root } from './root.js'

/** What the checks found; filled in by the steps, in their order. */
export interface Preflight {
  connection: AwsConnection
  clients: AwsClients
  terraform: Terraform
}

/**
 * The checks before anything is touched: programs, credentials and that the account is the configured one.
 * (What the files say was checked when they were read.)
 */
export function preflightSteps(context: RootContext, root: Root, found: (preflight: Preflight) => void): Step[] {
  let programs: Awaited<ReturnType<RootContext['findPrograms']>> | undefined
  return [
    {
      id: 'configuration',
      title: 'Configuration',
      run: async () => {
        await refuseMoved(context.project, root)
        return { outcome: 'checked', detail: root.summary }
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
        const { account, region } = root
        const connection = await context.target.connect(account, region)
        const clients = new AwsClients(connection)
        const { arn } = await checkIdentity(clients, account.id)
        if (!programs) throw new Error('the step "tools" has not run')
        const terraform = new Terraform(context.ports, {
          program: programs.terraform,
          folder: path.join(context.project.directory, root.folder),
          env: terraformEnvironment(context.ports.env, connection, { cliConfig: programs.cliConfig }),
        })
        found({ connection, clients, terraform })
        return { outcome: 'checked', detail: `${account.id} in ${region} as ${arn}` }
      },
    },
  ]
}
