import type { AwsClients } from '../aws/clients.js'
import { readCluster, setDeletionProtection } from '../aws/cluster.js'
import { protectableTypes, stillProtected, switchProtectionOff, type Protectable } from '../aws/deletion-protection.js'
import { waitUntil, type WaitPorts } from '../aws/waiting.js'
import type { Step } from '../core/steps.js'
import { UserError } from '../core/errors.js'
import type { Terraform } from '../terraform/terraform.js'

const PATIENCE = { everyMs: 2000, forMs: 120_000 }

/**
 * Brings the cluster's deletion protection to what the configuration says. Provider 5.100 has no argument for it,
 * so it is set through the EKS API and checked on every run.
 */
export function protectionStep(name: string, wanted: boolean, clients: () => AwsClients): Step {
  const current = async (): Promise<boolean | undefined> => (await readCluster(clients(), name))?.deletionProtection
  return {
    id: 'protection',
    title: wanted ? 'Deletion protection' : 'Deletion protection off',
    isDone: async () => {
      const is = await current()
      // A cluster that does not exist has nothing to protect.
      return (is ?? wanted) === wanted && (wanted ? 'on' : 'off')
    },
    run: async () => {
      await setDeletionProtection(clients(), name, wanted)
      return { outcome: 'done', detail: wanted ? 'switched on' : 'switched off' }
    },
    verify: async () => {
      if ((await current()) === wanted) return
      throw new UserError('VerifyFailed', `Deletion protection of cluster ${name} is not ${wanted ? 'on' : 'off'} after setting it.`, {
        next: ['Run the same command again.'],
      })
    },
  }
}

/**
 * Switches off what keeps AWS from deleting load balancers and databases, of exactly those in the state. The configuration says so
 * already, but nothing applied it: a destruction must not need an apply before.
 */
export function unprotectStep(ports: WaitPorts, terraform: Pick<Terraform, 'stateResources'>, clients: AwsClients): Step {
  let on: Protectable[] = []
  const look = async (): Promise<Protectable[]> => stillProtected(clients, await terraform.stateResources(...protectableTypes))
  return {
    id: 'unprotect',
    title: 'Protection of load balancers and databases off',
    isDone: async () => {
      on = await look()
      return on.length === 0 && 'off'
    },
    run: async () => {
      for (const resource of on) await switchProtectionOff(clients, resource)
      return { outcome: 'done', detail: `switched off: ${on.map(({ address }) => address).join(', ')}` }
    },
    // AWS carries it out a moment after it has answered.
    verify: () =>
      waitUntil(ports, `AWS to take off the protection of ${on.map(({ address }) => address).join(', ')}`, PATIENCE, async () =>
        (await stillProtected(clients, on)).length === 0 ? true : undefined,
      ).then(() => {}),
  }
}
