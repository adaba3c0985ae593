import { signClusterToken } from '../aws/cluster-token.js'
import { assertLoopback } from '../core/loopback.js'
import type { Ports } from '../core/ports.js'
import { type AwsConnection, SANDBOX_CREDENTIALS } from '../core/target.js'
import { type ExecCredential, toExecCredential } from './exec-credential.js'
import { TokenCache } from './token-cache.js'
import { signOnce } from './token-lock.js'
import { type TokenRequest, usesSandboxKeys } from './token-request.js'

/**
 * What kubectl shows the API server of a cluster: from the cache until shortly before it expires, else signed anew.
 * @throws `NoCredentials`, `AwsRefused`, `EndpointNotLocal`
 */
export async function clusterToken(ports: Pick<Ports, 'clock' | 'env' | 'signal'>, request: TokenRequest): Promise<ExecCredential> {
  const connection = connectionOf(request)
  const cache = new TokenCache(request, ports.env)
  const ready = (): ExecCredential | undefined => cache.read(ports.clock.now())
  return (
    ready() ??
    signOnce(ports, `${cache.file}.lock`, ready, async () => {
      const credential = toExecCredential(await signClusterToken(connection, request.cluster, ports.clock.now()))
      cache.write(credential)
      return credential
    })
  )
}

/** How the request reaches AWS. @throws `EndpointNotLocal` */
function connectionOf(request: TokenRequest): AwsConnection {
  const { region, endpoint, profile, roleArn } = request
  if (endpoint !== undefined) assertLoopback(endpoint)
  return {
    accountId: '',
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(roleArn !== undefined && { roleArn }),
    ...(usesSandboxKeys(request) && { credentials: SANDBOX_CREDENTIALS }),
  }
}
