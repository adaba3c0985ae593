import { messageOf, UserError } from '../core/errors.js'
import { redactText } from '../core/redaction.js'

interface Explanation {
  code: 'NoCredentials' | 'AwsRefused'
  happened: string
  next: readonly string[]
}

const SIGN_IN = [
  'Sign in, for example with: aws sso login --profile NAME (then set AWS_PROFILE=NAME), or aws configure.',
  'See which identity is used: aws sts get-caller-identity',
]
const CHECK_NETWORK = [
  'Check the network, the proxy and the firewall of this machine, and the name of the region.',
  'In the sandbox: platform sandbox status',
]

/** What the error names mean. Sources: "Common Errors" of the AWS API references, SDK for JavaScript v3 credential providers, Node.js system errors. */
const EXPLANATIONS: ReadonlyArray<{ names: RegExp } & Explanation> = [
  {
    names: /^(?:CredentialsProviderError|TokenProviderError|MissingAuthenticationToken(?:Exception)?)$/,
    code: 'NoCredentials',
    happened: 'no AWS credentials were found',
    next: SIGN_IN,
  },
  {
    names:
      /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|AuthFailure)$/,
    code: 'NoCredentials',
    happened: 'AWS does not accept the credentials',
    next: [...SIGN_IN, 'A region that is not enabled for the account answers the same: aws account list-regions'],
  },
  {
    names: /^(?:ExpiredToken(?:Exception)?|TokenRefreshRequired|ExpiredTokenError)$/,
    code: 'NoCredentials',
    happened: 'the AWS session has expired',
    next: SIGN_IN,
  },
  {
    // EC2 says it of both.
    names: /^RequestExpired$/,
    code: 'NoCredentials',
    happened: 'the AWS session has expired, or the clock of this machine is wrong',
    next: SIGN_IN,
  },
  {
    names: /^(?:RequestTimeTooSkewed|RequestInTheFuture)$/,
    code: 'AwsRefused',
    happened: 'the clock of this machine differs too much from that of AWS',
    next: ['Set the clock of this machine (time synchronisation), then run the command again.'],
  },
  {
    names: /^(?:OptInRequired|RegionDisabledException|InvalidRegionException)$/,
    code: 'AwsRefused',
    happened: 'the region is not enabled for this account, or the account is not ready',
    next: ['Enable the region in the account settings, or choose another one in platform.yaml.'],
  },
  {
    names: /^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|UnauthorizedAccess|Forbidden|AllAccessDisabled|403)$/,
    code: 'AwsRefused',
    happened: 'the identity in use has no permission for it',
    next: [
      'See which identity is used: aws sts get-caller-identity',
      'Ask for the permission that the reason names, or use another identity.',
    ],
  },
  {
    names:
      /^(?:Throttling(?:Exception)?|ThrottledException|RequestLimitExceeded|TooManyRequestsException|SlowDown|PriorRequestNotComplete|RequestThrottled(?:Exception)?)$/,
    code: 'AwsRefused',
    happened: 'AWS asked to slow down, also after several tries',
    next: ['Wait a minute, then run the same command again.'],
  },
  {
    names: /^(?:LimitExceeded(?:Exception)?|ServiceQuotaExceededException|ResourceLimitExceeded|\w*LimitExceeded)$/,
    code: 'AwsRefused',
    happened: 'a quota of the account is used up',
    next: ['Look at Service Quotas in the AWS console, ask for more or remove what is not needed, then run the command again.'],
  },
  {
    names:
      /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERT_HAS_EXPIRED|DEPTH_ZERO_SELF_SIGNED_CERT)$/,
    code: 'AwsRefused',
    happened: 'the certificate of the answering server is not trusted',
    next: ['Behind a proxy that inspects TLS, set NODE_EXTRA_CA_CERTS to its certificate authority (PEM file).'],
  },
  {
    names:
      /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|TimeoutError|RequestTimeout|NetworkingError)$/,
    code: 'AwsRefused',
    happened: 'AWS could not be reached',
    next: CHECK_NETWORK,
  },
  {
    names:
      /^(?:InternalError|InternalFailure|InternalServerError|InternalServiceError|InternalServiceException|ServiceUnavailable(?:Exception)?|ServerException|Unavailable|500|502|503)$/,
    code: 'AwsRefused',
    happened: 'AWS had an internal error, also after several tries',
    next: ['Wait a minute, then run the same command again.', 'See https://health.aws.amazon.com/health/status'],
  },
]

interface SdkErrorShape extends Error {
  $metadata?: { httpStatusCode?: number }
  Code?: string
  code?: string
}

/** The name by which AWS (or Node, for network errors) calls an error, or undefined for what is no error. */
export function awsErrorName(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { name, code, Code } = error as SdkErrorShape
  // EC2's codes arrive as `Code`; network failures are a plain Error with `code`.
  if (name !== 'Error' && name !== 'Unknown' && name !== 'UnknownError' && name !== 'AggregateError') return name
  return Code ?? code ?? name
}

/** True when AWS answered with one of these error names. A name that ends with `*` matches as a prefix. */
export function isAwsError(error: unknown, ...names: string[]): boolean {
  const actual = awsErrorName(error)
  return actual !== undefined && names.some((name) => (name.endsWith('*') ? actual.startsWith(name.slice(0, -1)) : actual === name))
}

/** HTTP status of AWS's answer, or undefined when there was none. */
export function awsStatus(error: unknown): number | undefined {
  return error instanceof Error ? (error as SdkErrorShape).$metadata?.httpStatusCode : undefined
}

/** The answer of `call`, or undefined when AWS says with one of these error names that there is no such thing. */
export async function unlessMissing<T>(call: Promise<T>, ...names: string[]): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (isAwsError(error, ...names)) return undefined
    throw error
  }
}

/**
 * Turns an error of an AWS call into one that a person can act on.
 * @param what what was being done, as the end of "AWS refused to …" or "Could not …", such as `read the state bucket`.
 * @returns `NoCredentials` or `AwsRefused`; errors that are no answer of AWS (defects, interruptions, user errors) as they are.
 */
export function explainAwsError(error: unknown, what: string): Error {
  if (error instanceof UserError) return error
  if (!(error instanceof Error)) return new Error(String(error))
  const found = causesOf(error).flatMap((each) => {
    const name = awsErrorName(each) ?? ''
    const explanation = byText(each.message) ?? EXPLANATIONS.find(({ names }) => names.test(name))
    return explanation ? [{ name, explanation }] : []
  })[0]
  const status = awsStatus(error)
  if (!found && status === undefined) return error
  const name = found?.name ?? awsErrorName(error) ?? 'error'
  return new UserError(
    found?.explanation.code ?? 'AwsRefused',
    `Could not ${what}: ${found?.explanation.happened ?? `AWS answered ${name}`}.`,
    {
      cause: error,
      reason: redactText(messageOf(error) || name),
      next: found?.explanation.next ?? ['Read the reason, then run the same command again.'],
      details: { awsError: name, ...(status !== undefined && { httpStatus: status }) },
    },
  )
}

/** Runs `work` and explains what AWS answers when it fails. See `explainAwsError`. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainAwsError(error, what)
  }
}

/** Expiry and a wrong clock reach us under the name of whatever noticed them, with only the text telling. */
function byText(text: string): Explanation | undefined {
  const meant = /\bsignature (?:expired|not yet current)\b/i.test(text)
    ? 'RequestTimeTooSkewed'
    : /\b(?:token|session|credentials?)\b[^.]{0,60}\bexpired\b/i.test(text)
      ? 'ExpiredToken'
      : undefined
  return meant === undefined ? undefined : EXPLANATIONS.find(({ names }) => names.test(meant))
}

/** The error, its causes and, for a connection tried by IPv4 and IPv6, each attempt. */
function causesOf(error: Error): Error[] {
  const result: Error[] = []
  const queue: unknown[] = [error]
  while (queue.length > 0 && result.length < 10) {
    const next = queue.shift()
    if (!(next instanceof Error) || result.includes(next)) continue
    result.push(next)
    queue.push(next.cause, ...(next instanceof AggregateError ? (next.errors as unknown[]) : []))
  }
  return result
}
