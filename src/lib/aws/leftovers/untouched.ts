import { clusterLeftovers, iamLeftovers, keyLeftovers, logLeftovers } from './other-services.js'
import type { LeftoverClients, LeftoverScope } from './found.js'

/**
 * Whether the account has nothing under the names of an environment, of what the tagging API does not know: IAM, log groups, keys and
 * their aliases, the cluster.
 */
export async function isUntouched(clients: LeftoverClients, scope: LeftoverScope): Promise<boolean> {
  const looks = [iamLeftovers, logLeftovers, keyLeftovers, clusterLeftovers]
  const found = await Promise.all(looks.map((look) => look(clients, scope)))
  return found.every((each) => each.length === 0)
}
