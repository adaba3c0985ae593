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
  const known = await terraform.stateResources('aws_kms_key')
  const keys = [
    ...known.map(({ address, values }) => ({ address, arn: String(values['arn']), inState: true })),
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
  const final = await finalSnapshots(terraform)
  const kept = keys.flatMap(({ address, arn, inState }) => {
    const reason = needed.get(arn) ?? final.get(arn)
    return reason === undefined ? [] : [{ address, arn, reason, inState }]
  })
  return { kept, notLookedAt: keys.length === 0 ? [] : notLookedAt }
}

/** Keys of databases that leave their data behind when they are destroyed, with the reason. */
async function finalSnapshots(terraform: Pick<Terraform, 'stateResources'>): Promise<Map<string, string>> {
  const reasons = new Map<string, string>()
  const note = (key: unknown, name: unknown): void => {
    if (typeof key === 'string') reasons.set(key, `The key will open ${String(name)}, which is made now.`)
  }
  for (const type of ['aws_db_instance', 'aws_rds_cluster']) {
    for (const { values } of await terraform.stateResources(type)) {
      if (values['skip_final_snapshot'] === false)
        note(values['kms_key_id'], `final snapshot ${String(values['final_snapshot_identifier'])}`)
    }
  }
  for (const { values } of await terraform.stateResources('aws_elasticache_replication_group')) {
    const name = values['final_snapshot_identifier']
    if (typeof name === 'string' && name !== '') note(values['kms_key_id'], `final snapshot ${name}`)
  }
  for (const { values } of await terraform.stateResources('aws_dynamodb_table')) {
    const tags = (values['tags'] ?? {}) as Record<string, unknown>
    const [encryption] = (values['server_side_encryption'] ?? []) as Array<Record<string, unknown>>
    // DynamoDB itself keeps the last state of such a table for 35 days.
    if (tags['platform:final-snapshot'] === 'true') note(encryption?.['kms_key_arn'], `the last backup of table ${String(values['name'])}`)
  }
  return reasons
}
