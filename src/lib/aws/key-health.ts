import type { AwsClients } from './clients.js'
import { explainAwsError } from './explain-error.js'

/** Whether a KMS key is enabled and rotates. */
export async function readKeyHealth(clients: AwsClients, arn: string): Promise<{ enabled: boolean; rotates: boolean }> {
  const { DescribeKeyCommand, GetKeyRotationStatusCommand } = await import('@aws-sdk/client-kms')
  try {
    const client = await clients.kms()
    const [{ KeyMetadata }, { KeyRotationEnabled }] = await Promise.all([
      client.send(new DescribeKeyCommand({ KeyId: arn })),
      client.send(new GetKeyRotationStatusCommand({ KeyId: arn })),
    ])
    return { enabled: KeyMetadata?.KeyState === 'Enabled', rotates: KeyRotationEnabled ?? false }
  } catch (error) {
    throw explainAwsError(error, `read key ${arn}`)
  }
}
