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

/** Keys in the state that still encrypt a kept snapshot, volume or log: scheduling them for deletion would lose that data. */
export async function findKeptKeys(terraform: Terraform, clients: AwsClients, scope: LeftoverScope): Promise<KeptKey[]> {
  const keys = (await terraform.stateResources('aws_kms_key')).map(({ address, values }) => ({ address, arn: String(values['arn']) }))
  const { needed } = await keysStillNeeded(
    clients,
    keys.map(({ arn }) => arn),
    scope,
  )
  return keys.flatMap(({ address, arn }) => {
    const reason = needed.get(arn)
    return reason === undefined ? [] : [{ address, arn, reason }]
  })
}
