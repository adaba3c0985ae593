import { keysStillNeeded } from '../aws/leftovers/keys-still-needed.js'
import type { AwsClients } from '../aws/clients.js'
import type { LeftoverScope } from '../aws/leftovers/found.js'
import type { Terraform } from '../terraform/terraform.js'

/** A KMS key of the environment that must outlive it. */
export interface KeptKey {
  address: string
  arn: string
  /** What can only be read with it. */
  reason: string
}

/**
 * Keys in the state that still encrypt a kept snapshot, volume or log: scheduling them for deletion would lose that data.
 * @returns also what could not be looked at, in words.
 */
export async function findKeptKeys(
  terraform: Terraform,
  clients: AwsClients,
  scope: LeftoverScope,
): Promise<{ kept: KeptKey[]; notLookedAt: string[] }> {
  const keys = (await terraform.stateResources('aws_kms_key')).map(({ address, values }) => ({ address, arn: String(values['arn']) }))
  const { needed, notLookedAt } = await keysStillNeeded(
    clients,
    keys.map(({ arn }) => arn),
    scope,
  )
  // Made by the destruction itself, so nothing that exists yet tells of them.
  const final = await finalSnapshots(terraform)
  const kept = keys.flatMap(({ address, arn }) => {
    const reason = needed.get(arn) ?? final.get(arn)
    return reason === undefined ? [] : [{ address, arn, reason }]
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
