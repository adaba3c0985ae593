import type { AwsClients } from '../aws/clients.js'
import type { ImportBlock } from '../aws/existing/plan-imports.js'
import { findLockedRecords, type LockedRecords } from '../aws/leftovers/locked-records.js'
import type { LeftoverScope } from '../aws/leftovers/found.js'
import type { Terraform } from '../terraform/terraform.js'
import { isForeign } from './foreign.js'
import { findKeptKeys, type KeptKey } from './kept-keys.js'
import type { Root } from './root.js'

/** A bucket and its settings, as the module `trail` makes them. */
const BUCKET_TYPES = [
  'aws_s3_bucket',
  ...['lifecycle_configuration', 'object_lock_configuration', 'ownership_controls', 'policy', 'public_access_block'].map(settingOf),
  ...['server_side_encryption_configuration', 'versioning'].map(settingOf),
]

/** What a destruction leaves alone: keys that still open something, and a bucket whose object lock keeps what is in it. */
export interface Kept {
  keys: KeptKey[]
  records?: LockedRecords
  /** Addresses that leave the state, so that Terraform does not touch them. */
  addresses: string[]
  /** Addresses of what platform did not make, which leave the state too. */
  foreign: string[]
  /** What the state lost and is not kept. */
  lost: ImportBlock[]
  /** Where data encrypted by the keys might be, but nobody looked. */
  notLookedAt: string[]
}

function settingOf(name: string): string {
  return `aws_s3_bucket_${name}`
}

/** @param lost what exists in AWS and is missing in the state, perhaps because an earlier destruction kept it. */
export async function findKept(
  terraform: Terraform,
  clients: AwsClients,
  scope: LeftoverScope,
  lost: readonly ImportBlock[],
  forgotten?: Root['foreign'],
): Promise<Kept> {
  const { kept, notLookedAt } = await findKeptKeys(terraform, clients, scope, lost)
  const records = await findLockedRecords(clients, scope)
  const settings = records ? await terraform.stateResources(...BUCKET_TYPES) : []
  const ofBucket = settings.filter(({ values }) => values['bucket'] === records?.bucket).map(({ address }) => address)
  const outside = new Set(kept.flatMap(({ address, inState }) => (inState ? [] : [address])))
  const isOfBucket = ({ to, id }: ImportBlock): boolean => to.includes('aws_s3_bucket') && id === records?.bucket
  return {
    keys: kept,
    ...(records && { records }),
    addresses: [...kept.flatMap(({ address, inState }) => (inState ? [address] : [])), ...ofBucket],
    foreign: forgotten
      ? (await terraform.stateResources()).map(({ address }) => address).filter((address) => isForeign(forgotten, { address }))
      : [],
    lost: lost.filter((block) => !outside.has(block.to) && !isOfBucket(block)),
    notLookedAt,
  }
}

/** What is kept, in words for whoever is asked. */
export function keptInWords({ keys, records, foreign }: Kept): string[] {
  const end = records?.until ? ` The lock ends on ${records.until.slice(0, 10)}.` : ''
  return [
    ...(foreign.length > 0
      ? [`The cluster and all of it (${foreign.length} resources) are forgotten here, and stay in AWS as they are.`]
      : []),
    ...keys.map(({ address, reason }) => `${address} is kept: ${reason}`),
    ...(records ? [`Bucket ${records.bucket} and its settings are kept: ${records.reason}${end}`] : []),
  ]
}
