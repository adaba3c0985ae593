import type { STSClient } from '@aws-sdk/client-sts'
import type { AwsClients } from '../../aws/clients.js'

/**
 * The emulator takes a session for a service of AWS when `aws-service-role/` and the service are in its ARN (fakecloud 0.51.0, evaluator.rs,
 * `principal_is_service`), as they are where the role has the one name and the session the other.
 */
const ROLE = 'aws-service-role'
const SERVICE = 'pods.eks.amazonaws.com'

/** STS, called as the service that gives pods their roles: trust policies name it. */
export async function podsService(clients: AwsClients): Promise<STSClient> {
  const { CreateRoleCommand, DeleteRoleCommand } = await import('@aws-sdk/client-iam')
  const { AssumeRoleCommand, STSClient: Sts } = await import('@aws-sdk/client-sts')
  const { accountId, endpoint, region } = clients.connection
  const [iam, sts] = [await clients.iam(), await clients.sts()]
  const root = `arn:aws:iam::${accountId}:root`
  const Statement = [{ Effect: 'Allow', Principal: { AWS: root }, Action: 'sts:AssumeRole' }]
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument })).catch(ignoreExisting)
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/${ROLE}`, RoleSessionName: SERVICE }),
    )
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    return new Sts({
      region,
      ...(endpoint !== undefined && { endpoint }),
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    })
  } finally {
    // The session lives on. Nobody else is to see the role.
    await iam.send(new DeleteRoleCommand({ RoleName: ROLE }))
  }
}

/** A supervisor that was killed left it. */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'EntityAlreadyExistsException') throw error
}
