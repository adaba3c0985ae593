import type { AwsClients } from '../../aws/clients.js'
import { explained, unlessMissing } from '../../aws/explain-error.js'

/** When KMS deletes a key (ISO 8601), `gone` when it has, `in use` when it does not. */
export async function keyEnd(clients: Pick<AwsClients, 'kms'>, arn: string): Promise<string> {
  const { DescribeKeyCommand } = await import('@aws-sdk/client-kms')
  const answer = await explained(`read key ${arn}`, async () =>
    unlessMissing((await clients.kms()).send(new DescribeKeyCommand({ KeyId: arn })), 'NotFoundException'),
  )
  if (!answer) return 'gone'
  const { KeyState, DeletionDate } = answer.KeyMetadata ?? {}
  return KeyState === 'PendingDeletion' ? (DeletionDate?.toISOString() ?? '') : 'in use'
}
