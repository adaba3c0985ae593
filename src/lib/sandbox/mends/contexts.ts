import { AwsClients } from '../../aws/clients.js'
import type { ClusterHooks } from '../clusters/sandbox-clusters.js'
import type { Upstream } from '../gateway/upstream.js'
import { KeyedMutex } from './keyed-mutex.js'
import { Shelf } from '../services/shelf.js'
import type { GitHooks, MendContext } from './mend.js'

export interface ContextSettings {
  accountId: string
  /** Region of calls that name none. */
  region: string
  stateFolder: string
  /** Folder of the services of our own. */
  servicesFolder: string
  emulatorPort: () => Promise<number>
  clusters: ClusterHooks
  git: GitHooks
}

/** Makes the contexts of mends, one for each region. They share what must be exclusive. */
export function mendContexts(upstream: Upstream, settings: ContextSettings): (region?: string) => MendContext {
  const mutex = new KeyedMutex()
  const shelf = new Shelf(settings.servicesFolder)
  const contexts = new Map<string, { port: number; clients: AwsClients }>()
  const clientsFor = async (region: string): Promise<AwsClients> => {
    const port = await settings.emulatorPort()
    const known = contexts.get(region)
    if (known?.port === port) return known.clients
    const clients = new AwsClients({
      accountId: settings.accountId,
      region,
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    contexts.set(region, { port, clients })
    return clients
  }
  return (region = settings.region) => ({
    accountId: settings.accountId,
    region,
    stateFolder: settings.stateFolder,
    shelf,
    clusters: settings.clusters,
    git: settings.git,
    forward: ({ call, body }) => upstream.send({ method: call.method, url: call.url, rawHeaders: call.rawHeaders, body }),
    sendAsRoot: (request, service) => upstream.sendAsRoot(request, service, region),
    clients: () => clientsFor(region),
    exclusively: (key, work) => mutex.run(key, work),
  })
}
