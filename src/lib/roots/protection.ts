import type { AwsClients } from '../aws/clients.js'
import { readCluster, setDeletionProtection } from '../aws/cluster.js'
import type { Step } from '../core/steps.js'
import { UserError } from '../core/errors.js'

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
