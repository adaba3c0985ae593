import type { AwsClients } from '../aws/clients.js'
import type { Clock } from '../core/ports.js'
import type { Companion } from './clusters/companion.js'
import { ArgoCds } from './argocd/argo-cds.js'
import { CredentialsServer } from './argocd/credentials-server.js'
import { emulatedPodIdentity, type SessionListener } from './argocd/pod-identity.js'
import { programFinder } from './argocd/programs.js'
import { Players } from './players/players.js'

export interface BesideSettings {
  accountId: string
  /** Address of the gateway. */
  endpoint: () => string
  clientsFor: (region: string) => Promise<AwsClients>
  clock: Clock
  log: (line: string) => void
  /** Of the supervisor: where programs are found. */
  env: Readonly<Record<string, string | undefined>>
  /** Hears of each session that a pod gets. */
  onSession: SessionListener
}

/**
 * What runs beside the clusters of a sandbox: Argo CD where it is installed, with the credentials that its service accounts have in AWS,
 * and what plays other controllers.
 */
export async function startBesideClusters({
  accountId,
  clientsFor,
  clock,
  endpoint,
  env,
  log,
  onSession,
}: BesideSettings): Promise<Companion> {
  const never = new AbortController().signal
  const credentials = await CredentialsServer.start(emulatedPodIdentity(clientsFor, accountId, onSession), () => clock.now(), log)
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
  const all = [argoCds, new Players(clock, log)]
  return {
    serves: (cluster) => {
      for (const each of all) each.serves(cluster)
    },
    ends: async (cluster) => {
      await Promise.all(all.map(async (each) => each.ends(cluster)))
    },
    argoCd: async (cluster) => argoCds.argoCd(cluster),
    stop: async () => {
      await Promise.all(all.map(async (each) => each.stop()))
      await credentials.stop()
    },
  }
}
