import { isLoopbackUrl } from '../../core/loopback.js'
import { AccessRefused } from './access-refused.js'

/** The header that ties a token to one cluster. */
export const CLUSTER_HEADER = 'x-k8s-aws-id'

const PREFIX = 'k8s-aws-v1.'
const MAX_LENGTH = 4096
/** STS takes a presigned call for so long after X-Amz-Date, whatever X-Amz-Expires says, and as long before it, for wrong clocks. */
export const LIFETIME_MS = 15 * 60_000
const MAX_EXPIRES_S = 900
const PARAMETERS: ReadonlySet<string> = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
])
/** Global, regional, FIPS and dual-stack endpoints of STS in every partition that speaks to the public. */
const STS_HOST =
  /^sts\.amazonaws\.com$|^sts(?:-fips)?\.[a-z]{2}(?:-[a-z]+)+-\d\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$/

/** The presigned call inside of a token. */
export interface PresignedIdentityCall {
  /** Host and port that the signature covers. */
  host: string
  /** Path and query exactly as signed. */
  url: string
  accessKeyId: string
  signedAt: Date
}

/**
 * Reads a token as the authenticator of EKS does (aws-iam-authenticator, pkg/token, `Verify`): `k8s-aws-v1.` and the base64url text of a
 * presigned STS GetCallerIdentity call. In the sandbox the call may also be for a host on this machine, where the sandbox's own STS is.
 * Whether the signature is right, only STS can tell.
 * @throws AccessRefused
 */
export function parseToken(token: string, now: Date): PresignedIdentityCall {
  if (token.length > MAX_LENGTH) throw malformed('token is too large')
  if (!token.startsWith(PREFIX)) throw malformed(`token is missing expected "${PREFIX}" prefix`)
  const encoded = token.slice(PREFIX.length)
  if (!/^[\w-]+$/.test(encoded)) throw malformed('illegal base64 data')
  const [, scheme = '', host = '', path = '', query = ''] =
    /^(https?):\/\/([^/?#@]+)(\/[^?#]*)?\?([^#]*)$/.exec(Buffer.from(encoded, 'base64url').toString('utf8')) ?? []
  if (scheme === '') throw malformed('it holds no pre-signed URL')
  if (!isLoopbackUrl(`${scheme}://${host}`)) {
    if (scheme !== 'https') throw malformed(`unexpected scheme "${scheme}" in pre-signed URL`)
    if (!STS_HOST.test(host)) throw malformed(`unexpected hostname "${host}" in pre-signed URL`)
  }
  if (path !== '/') throw malformed('unexpected path in pre-signed URL')
  const parameters = onlyKnown(new URLSearchParams(query))
  const signedAt = checkValues(parameters)
  if (now.getTime() > signedAt.getTime() + LIFETIME_MS) {
    throw malformed(`X-Amz-Date parameter is expired (15 minute expiration) ${signedAt.toISOString()}`)
  }
  if (now.getTime() < signedAt.getTime() - LIFETIME_MS) throw malformed(`X-Amz-Date parameter is not yet current ${signedAt.toISOString()}`)
  return { host, url: `/?${query}`, accessKeyId: accessKeyIn(parameters), signedAt }
}

/** The parameters by their lower-case names. */
function onlyKnown(query: URLSearchParams): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of query) {
    const key = name.toLowerCase()
    if (parameters.has(key)) throw malformed(`duplicate query parameter found: "${name}"`)
    if (!PARAMETERS.has(key)) throw malformed(`non-whitelisted query parameter "${name}"`)
    parameters.set(key, value)
  }
  return parameters
}

/** @returns when the call was signed. */
function checkValues(parameters: ReadonlyMap<string, string>): Date {
  if (parameters.get('action') !== 'GetCallerIdentity') throw malformed('unexpected action parameter in pre-signed URL')
  const signedHeaders = (parameters.get('x-amz-signedheaders') ?? '').toLowerCase().split(';')
  if (!signedHeaders.includes(CLUSTER_HEADER)) throw malformed(`client did not sign the ${CLUSTER_HEADER} header in the pre-signed URL`)
  const expires = parameters.get('x-amz-expires') ?? ''
  if (!/^\d+$/.test(expires) || Number(expires) > MAX_EXPIRES_S) {
    throw malformed(`invalid X-Amz-Expires parameter in pre-signed URL: ${expires}`)
  }
  return readDate(parameters.get('x-amz-date') ?? '')
}

function readDate(text: string): Date {
  if (text === '') throw malformed('X-Amz-Date parameter must be present in pre-signed URL')
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const date = new Date(iso)
  if (iso === text || Number.isNaN(date.getTime())) throw malformed(`error parsing X-Amz-Date parameter ${text}`)
  return date
}

/** STS takes only a credential that is scoped to itself. */
function accessKeyIn(parameters: ReadonlyMap<string, string>): string {
  const [accessKeyId = '', , , service, end] = (parameters.get('x-amz-credential') ?? '').split('/')
  if (accessKeyId === '' || service !== 'sts' || end !== 'aws4_request')
    throw malformed('invalid X-Amz-Credential parameter in pre-signed URL')
  return accessKeyId
}

function malformed(message: string): AccessRefused {
  return new AccessRefused(`input token was not properly formatted: ${message}`)
}
