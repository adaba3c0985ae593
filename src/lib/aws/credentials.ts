import type { AwsConnection } from '../core/target.js'

/**
 * Endpoint URLs of the environment and of profiles are left out everywhere: Terraform does not see them either, and both must work
 * on the same AWS. Only the endpoint of a sandbox counts. Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
 */
export const NO_CONFIGURED_ENDPOINTS = { ignoreConfiguredEndpointUrls: true }

/** What a connection signs with: its own keys, or what the AWS SDK's chain finds; in both cases with the role of the connection, if any. */
export async function credentialsFor(connection: AwsConnection) {
  const { region, endpoint, roleArn, profile } = connection
  if (connection.credentials && roleArn === undefined) return connection.credentials
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  // The SDK's own chain. It calls STS or single sign-on by itself, and must not be led elsewhere either.
  const chain = { clientConfig: NO_CONFIGURED_ENDPOINTS, ...(profile !== undefined && { profile }) }
  const own = connection.credentials ?? fromNodeProviderChain(chain)
  if (roleArn === undefined) return own
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: 'platform' },
    clientConfig: { region, ...NO_CONFIGURED_ENDPOINTS, ...(endpoint !== undefined && { endpoint }) },
    masterCredentials: own,
  })
}
