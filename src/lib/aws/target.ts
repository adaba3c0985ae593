import type { AwsTarget } from '../core/target.js'

/**
 * Real AWS accounts. There is no endpoint, and the SDK's own chain finds the credentials
 * (environment, profile, single sign-on, instance role), as for every AWS tool.
 */
export function createAwsTarget(): AwsTarget {
  return {
    kind: 'aws',
    prepare: async () => undefined,
    connect: async (account, region) => ({
      accountId: account.id,
      region,
      ...(account.roleArn !== undefined && { roleArn: account.roleArn }),
    }),
  }
}
