import { ownerOf } from '../existing/finding.js'
import { keysOfEnvironment } from '../existing/kms.js'
import { cacheSnapshots, databaseSnapshots, tableBackups, type DatabaseCopy } from './database-copies.js'
import type { Found, LeftoverClients, LeftoverScope } from './found.js'
import { unlessUnavailable } from './unless-unavailable.js'

/**
 * Snapshots and backups of the environment's databases: kept on purpose. Known by the tags of the database that they were made of,
 * or by its key, for snapshots of caches and backups of tables carry no tags.
 */
export async function keptCopies(clients: LeftoverClients, scope: LeftoverScope): Promise<Found[]> {
  const lists = await Promise.all([
    unlessUnavailable(databaseSnapshots(clients)),
    unlessUnavailable(cacheSnapshots(clients)),
    unlessUnavailable(tableBackups(clients, scope)),
  ])
  const copies = lists.flatMap((list) => list ?? [])
  const byKey = copies.some(({ tags, keyId }) => ownerOf(tags, scope) === 'untagged' && keyId !== '')
  const keys = byKey ? (await keysOfEnvironment(await clients.kms(), scope)).map(({ arn }) => arn) : []
  const isOurs = ({ tags, keyId }: DatabaseCopy): boolean =>
    ownerOf(tags, scope) === 'ours' || (keyId !== '' && keys.some((arn) => arn === keyId || arn.endsWith(`:key/${keyId}`)))
  return copies.filter(isOurs).map(({ arn, type, name, until }) => ({
    arn,
    type,
    reason: `It holds data of a database that is gone or goes: ${name}.`,
    retainedUntil: until?.toISOString() ?? null,
  }))
}
