import { keysStillNeeded } from '../aws/leftovers/keys-still-needed.js'
import type { AwsClients } from '../aws/clients.js'
import type { ImportBlock } from '../aws/existing/plan-imports.js'
import { arnOf } from '../aws/leftovers/found.js'
import type { LeftoverScope } from '../aws/leftovers/found.js'
import type { Terraform } from '../terraform/terraform.js'

/** A KMS key of the environment that must outlive it. */
export interface KeptKey {
  address: string
  arn: string
  /** What can only be read with it. */
  reason: string
  /** False: an earlier destruction took it out already. */
  inState: boolean
}

/**
 * Keys that still encrypt a kept snapshot, volume, log or record: scheduling them for deletion would lose that data.
 * @param lost what exists and is missing in the state: a key that was kept once is kept again.
 * @returns also what could not be looked at, in words.
 */
export async function findKeptKeys(
  terraform: Terraform,
  clients: AwsClients,
  scope: LeftoverScope,
  lost: readonly ImportBlock[] = [],
): Promise<{ kept: KeptKey[]; notLookedAt: string[] }> {
  // One call: each reads the whole state.
  const state = await terraform.stateResources(KEY, ...Object.keys(LAST_COPIES))
  const keys = [
    ...state.flatMap(({ type, address, values }) => (type === KEY ? [{ address, arn: String(values['arn']), inState: true }] : [])),
    ...lost.flatMap(({ to, id }) =>
      /aws_kms_key\.[^.]+$/.test(to) ? [{ address: to, arn: arnOf(clients, 'kms', `key/${id}`), inState: false }] : [],
    ),
  ]
  const { needed, notLookedAt } = await keysStillNeeded(
    clients,
    keys.map(({ arn }) => arn),
    scope,
  )
  // Made by the destruction itself, so nothing that exists yet tells of them.
  const copies = state.flatMap(({ type, values }) => LAST_COPIES[type]?.(values) ?? [])
  const kept = keys.flatMap(({ address, arn, inState }) => {
    const names = copies.filter(({ key }) => key === arn).map(({ name }) => name)
    const made = names.length > 0 && `The key will open ${names.join(', ')}, made now.`
    const reason = [needed.get(arn), made].filter(Boolean).join(' ')
    return reason === '' ? [] : [{ address, arn, reason, inState }]
  })
  return { kept, notLookedAt: keys.length === 0 ? [] : notLookedAt }
}

const KEY = 'aws_kms_key'

/** What a database leaves behind when it is destroyed, and the key that opens it. */
interface LastCopy {
  key: unknown
  name: string
}

function finalSnapshot({ kms_key_id: key, final_snapshot_identifier: name }: Record<string, unknown>): LastCopy[] {
  return typeof name === 'string' && name !== '' ? [{ key, name: `final snapshot ${name}` }] : []
}

/** By the Terraform type of a database: its data that outlives it. */
const LAST_COPIES: Readonly<Record<string, (values: Record<string, unknown>) => LastCopy[]>> = {
  aws_db_instance: (values) => (values['skip_final_snapshot'] === false ? finalSnapshot(values) : []),
  aws_rds_cluster: (values) => (values['skip_final_snapshot'] === false ? finalSnapshot(values) : []),
  aws_elasticache_replication_group: finalSnapshot,
  aws_dynamodb_table: ({ name, tags, server_side_encryption: encryption }) =>
    // DynamoDB itself keeps the last state of such a table for 35 days.
    (tags as Record<string, unknown> | null | undefined)?.['platform:final-snapshot'] === 'true'
      ? ((encryption ?? []) as Array<Record<string, unknown>>).map(({ kms_key_arn: key }) => ({
          key,
          name: `the last backup of table ${String(name)}`,
        }))
      : [],
}
