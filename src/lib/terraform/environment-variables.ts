import path from 'node:path'
import type { AwsConnection } from '../core/target.js'

/** Variables that a program needs to run at all. Everything else of the caller's environment stays outside. */
const KEPT = ['HOME', 'PATH', 'TMPDIR', 'LANG', 'USER', 'LOGNAME', 'SHELL', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SYSTEMROOT']
/**
 * How the AWS SDK's chain finds credentials and a way out, kept for real accounts only. Other addresses of AWS are not: neither
 * AWS_ENDPOINT_URL*, nor AWS_S3_ENDPOINT and its like, which the AWS provider and the S3 backend obey.
 */
const KEPT_FOR_AWS =
  /^(?:SSH_AUTH_SOCK$|AWS_(?!ENDPOINT_URL|[A-Z0-9]+_ENDPOINT$)|HTTPS?_PROXY$|NO_PROXY$|https?_proxy$|no_proxy$|ACTIONS_ID_TOKEN_REQUEST_)/

/** A port that nothing listens on (discard), so that whatever tries to leave the machine fails at once. */
const NOWHERE = 'http://127.0.0.1:9'
const OWN_ADDRESSES = '127.0.0.1,localhost,::1'

/**
 * What keeps Terraform, its providers and the programs that `init` calls for module sources on this machine. Both spellings, because
 * curl reads http_proxy in small letters only. Git takes no protocol but files: SSH, or a proxy of the user's Git settings, leads out.
 */
const OFFLINE = {
  HTTP_PROXY: NOWHERE,
  http_proxy: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  https_proxy: NOWHERE,
  ALL_PROXY: NOWHERE,
  all_proxy: NOWHERE,
  NO_PROXY: OWN_ADDRESSES,
  no_proxy: OWN_ADDRESSES,
  GIT_ALLOW_PROTOCOL: 'file',
}

/**
 * The complete environment of a Terraform process. The caller's `TF_*` never reach it, so no variable can change a run.
 * With an endpoint (a sandbox) the caller's AWS settings stay outside too and every other address is unreachable.
 */
export function terraformEnvironment(
  caller: Readonly<Record<string, string | undefined>>,
  connection: AwsConnection,
  options: { cliConfig?: string } = {},
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(caller)) {
    if (value === undefined) continue
    if (KEPT.includes(name) || (connection.endpoint === undefined && KEPT_FOR_AWS.test(name))) environment[name] = value
  }
  return {
    ...environment,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    // A quarter less CPU time for a plan, for 150 MB of memory. Higher values, also with GOMEMLIMIT, save nothing more.
    GOGC: '400',
    ...(options.cliConfig !== undefined && { TF_CLI_CONFIG_FILE: options.cliConfig }),
    ...awsVariables(connection),
  }
}

function awsVariables(connection: AwsConnection): Record<string, string> {
  const { endpoint, credentials, region } = connection
  return {
    AWS_REGION: region,
    // A profile can name endpoints too. Our own clients ignore them as well, so that both work on the same AWS.
    ...(endpoint === undefined && { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
    ...(credentials && {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    }),
    ...(endpoint !== undefined && {
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: path.join(path.sep, 'dev', 'null'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(path.sep, 'dev', 'null'),
      ...OFFLINE,
      // The SDKs put the account before the host of S3 Control, a name that does not resolve: they ask the gateway as their proxy, which
      // answers for itself and for nothing else.
      HTTP_PROXY: endpoint,
    }),
  }
}
