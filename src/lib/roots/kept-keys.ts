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
  const kept = keys.flatMap(({ address, arn }) => {
    const reason = needed.get(arn)
    return reason === undefined ? [] : [{ address, arn, reason }]
  })
  return { kept, notLookedAt: keys.length === 0 ? [] : notLookedAt }
}
