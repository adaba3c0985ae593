import type { AwsClients } from '../../aws/clients.js'
import type { Clock } from '../../core/ports.js'
import type { Companion } from '../clusters/companion.js'
import { ArgoCds } from './argo-cds.js'
import { CredentialsServer } from './credentials-server.js'
import { emulatedPodIdentity } from './pod-identity.js'
import { programFinder } from './programs.js'

export interface ArgoCdSettings {
  accountId: string
  /** Address of the gateway. */
  endpoint: () => string
  clientsFor: (region: string) => Promise<AwsClients>
  clock: Clock
  log: (line: string) => void
  /** Of the supervisor: where programs are found. */
  env: Readonly<Record<string, string | undefined>>
}

/** Argo CD in the clusters of a sandbox, with the credentials that its service accounts have in AWS. */
export async function startArgoCds({ accountId, clientsFor, clock, endpoint, env, log }: ArgoCdSettings): Promise<Companion> {
  const never = new AbortController().signal
  const credentials = await CredentialsServer.start(emulatedPodIdentity(clientsFor, accountId), () => clock.now(), log)
  const argoCds = new ArgoCds({
    clock,
    log,
    findPrograms: programFinder(env, never),
    path: env['PATH'],
    awsEnvironment: ({ name, region }, namespace, serviceAccount) => ({
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: endpoint(),
      // There is no instance of EC2 to ask.
      AWS_EC2_METADATA_DISABLED: 'true',
      ...credentials.environmentOf({ cluster: name, region, namespace, serviceAccount }),
    }),
  })
  return {
    serves: (cluster) => argoCds.serves(cluster),
    ends: async (cluster) => argoCds.ends(cluster),
    argoCd: async (cluster) => argoCds.argoCd(cluster),
    stop: async () => {
      await argoCds.stop()
      await credentials.stop()
    },
  }
}
