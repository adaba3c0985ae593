import { randomBytes, randomUUID } from 'node:crypto'
import type { MendContext } from '../../mends/mend.js'
import { callJson } from '../../mends/root-calls.js'
import type { QueryInput, XmlValue } from '../query-protocol.js'
import { ServiceError } from '../service-error.js'
import { keyArn } from './surroundings.js'

/**
 * The secret in which AWS keeps the password of a database that it manages (Amazon RDS User Guide, "Password management with AWS
 * Secrets Manager"). It is made in the emulator; only its ARN is answered.
 */
export async function createManagedSecret(
  input: QueryInput,
  owner: { kind: 'db' | 'cluster'; arn: string; username: string },
  context: MendContext,
): Promise<XmlValue> {
  const key = input.text('MasterUserSecretKmsKeyId')
  const KmsKeyId = key === undefined ? undefined : await keyArn(key, context)
  const answer = await callJson(context, 'secretsmanager', 'secretsmanager.CreateSecret', {
    // AWS writes rds! here, which the emulator does not take in a name.
    Name: `rds_${owner.kind}-${randomUUID()}`,
    Description: `Secret associated with primary RDS DB ${owner.kind === 'db' ? 'instance' : 'cluster'}: ${owner.arn}`,
    SecretString: JSON.stringify({ username: owner.username, password: randomBytes(24).toString('base64url') }),
    ...(KmsKeyId !== undefined && { KmsKeyId }),
    Tags: [{ Key: 'aws:rds:primaryDBInstanceArn', Value: owner.arn }],
  })
  if (typeof answer['ARN'] !== 'string')
    throw new ServiceError('InternalFailure', `The secret of the password was not made: ${JSON.stringify(answer)}`, 500)
  return { SecretArn: answer['ARN'], SecretStatus: 'active', KmsKeyId: KmsKeyId ?? (await keyArn('alias/aws/secretsmanager', context)) }
}

export async function deleteManagedSecret(secret: XmlValue, context: MendContext): Promise<void> {
  if (typeof secret !== 'object' || !('SecretArn' in secret)) return
  await callJson(context, 'secretsmanager', 'secretsmanager.DeleteSecret', { SecretId: secret.SecretArn, ForceDeleteWithoutRecovery: true })
}
