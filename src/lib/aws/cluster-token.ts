import { buildQueryString, HttpRequest } from '@smithy/core/protocols'
import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsConnection, AwsCredentials } from '../core/target.js'
import { assumeAsCaller, type TemporaryCredentials } from './assume-as-caller.js'
import { credentialsFor } from './credentials.js'
import { explained } from './explain-error.js'
import { dnsSuffixOf } from './partition.js'

/** What EKS asks for. Source: kubernetes-sigs/aws-iam-authenticator, "API Authorization from Outside a Cluster". */
const PREFIX = 'k8s-aws-v1.'
const CLUSTER_HEADER = 'x-k8s-aws-id'
const URL_SECONDS = 60
/** EKS takes a token for 15 minutes; a minute less leaves room for clocks that differ. */
const TOKEN_MS = 14 * 60_000

export interface ClusterToken {
  token: string
  expiresAt: Date
}

/**
 * Signs what EKS takes as a bearer token: a request to STS that says who the caller is. Only a role makes AWS be asked.
 * @param connection with the role to sign as, if any
 * @throws `NoCredentials`, `AwsRefused`
 */
export async function signClusterToken(connection: AwsConnection, cluster: string, now: Date): Promise<ClusterToken> {
  const credentials = await explained(`sign a token for cluster ${cluster}`, async () => signingCredentials(connection))
  const url = await presignedIdentity(connection, credentials, cluster, now)
  const latest = now.getTime() + TOKEN_MS
  return {
    token: PREFIX + Buffer.from(url).toString('base64url'),
    expiresAt: new Date(Math.min(latest, credentials.expiration?.getTime() ?? latest)),
  }
}

/** What a connection signs with: its own credentials, or those of the role that it takes. */
export async function signingCredentials({ roleArn, ...connection }: AwsConnection): Promise<TemporaryCredentials> {
  const found = await credentialsFor(connection)
  const own: TemporaryCredentials = typeof found === 'function' ? await found() : found
  return roleArn === undefined ? own : assumeAsCaller({ ...connection, credentials: own }, roleArn)
}

/** The URL of a GetCallerIdentity that is valid for this cluster only. */
async function presignedIdentity(
  { region, endpoint }: AwsConnection,
  credentials: AwsCredentials,
  cluster: string,
  signingDate: Date,
): Promise<string> {
  const { protocol, hostname, port, host } = new URL(endpoint ?? `https://sts.${region}.${dnsSuffixOf(region)}`)
  const request = new HttpRequest({
    method: 'GET',
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, [CLUSTER_HEADER]: cluster },
  })
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region,
    service: 'sts',
    sha256: Hash.bind(null, 'sha256'),
  })
  const { query } = await signer.presign(request, { expiresIn: URL_SECONDS, signingDate })
  return `${protocol}//${host}/?${buildQueryString(query ?? {})}`
}
