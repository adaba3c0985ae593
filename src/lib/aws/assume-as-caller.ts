import { UserError } from '../core/errors.js'
import type { AwsConnection, AwsCredentials } from '../core/target.js'
import { AwsClients } from './clients.js'

export interface TemporaryCredentials extends AwsCredentials {
  expiration?: Date
}

/** The shortest session that AWS gives. */
const SESSION_SECONDS = 900

/**
 * Assumes a role under the name of whoever is at work, so that audit logs name a person and not this program.
 * @param connection whose own credentials are the caller's
 */
export async function assumeAsCaller(connection: AwsConnection, roleArn: string): Promise<TemporaryCredentials> {
  const { GetCallerIdentityCommand, AssumeRoleCommand } = await import('@aws-sdk/client-sts')
  const sts = await new AwsClients(connection).sts()
  const { Arn: caller = '' } = await sts.send(new GetCallerIdentityCommand({}))
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionNameOf(caller), DurationSeconds: SESSION_SECONDS }),
  )
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration: expiration } = given ?? {}
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new UserError('AwsRefused', `AWS gave no credentials for the role ${roleArn}.`)
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }), ...(expiration && { expiration }) }
}

/**
 * A session name for the role that says who the caller is: its own session name, or the name of its user.
 * @param arn of the caller, such as `arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com`
 */
export function sessionNameOf(arn: string): string {
  const name = arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1)
  // AssumeRole's rule for RoleSessionName: 2 to 64 of these characters.
  return name
    .replaceAll(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-')
}
