import { UserError } from '../core/errors.js'
import type { AwsClients } from './clients.js'
import { explained } from './explain-error.js'

export interface CallerIdentity {
  arn: string
  accountId: string
}

/**
 * Asks AWS who we are, so that nothing is ever made in the wrong account.
 * @param expectedAccountId the 12 digits from `platform.yaml`.
 * @throws `NoCredentials`, `WrongAccount`, `AwsRefused`
 */
export async function checkIdentity(clients: Pick<AwsClients, 'sts'>, expectedAccountId: string): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
  const { Arn: arn, Account: accountId } = await explained('find out which AWS account is in use', async () =>
    (await clients.sts()).send(new GetCallerIdentityCommand({})),
  )
  if (!arn || !accountId) throw new UserError('AwsRefused', 'AWS did not say which account is in use.')
  if (accountId !== expectedAccountId) {
    throw new UserError(
      'WrongAccount',
      `The credentials belong to account ${accountId}, but the configuration says ${expectedAccountId}.`,
      {
        reason: `The identity in use is ${arn}.`,
        next: [
          `Use credentials of account ${expectedAccountId} (AWS_PROFILE), or give the account a role to assume: accounts.<name>.role in platform.yaml.`,
          'If the configuration is wrong, correct accounts.<name>.id in platform.yaml.',
        ],
        details: { arn, accountId, expectedAccountId },
      },
    )
  }
  return { arn, accountId }
}
