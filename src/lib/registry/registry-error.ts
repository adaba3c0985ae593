import type { ErrorCode } from '../core/error-codes.js'
import { UserError } from '../core/errors.js'
import { redactText } from '../core/redaction.js'

const MOST_REASON = 2000

interface Explanation {
  pattern: RegExp
  code: ErrorCode
  says: string
  next: readonly string[]
}

/** What regctl and Helm say about registries. Their texts: regclient `types/errs`, Go's `net`, `crypto/x509`. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'DiskFull',
    says: 'the disk is full',
    next: ['Free some room, or choose a folder on another disk. The same command goes on where it stopped.'],
  },
  {
    pattern: /digest mismatch|unexpected digest|does not match expected digest/i,
    code: 'MirrorDigestMismatch',
    says: 'what came is not what its digest says',
    next: ['Run the same command again. If it stays, something between here and the registry changes what it carries.'],
  },
  {
    pattern: /\b(?:401|403)\b|unauthorized|authentication required|denied|no basic auth/i,
    code: 'RegistryRefused',
    says: 'the registry refuses it',
    next: [
      'Log in: docker login, or a Docker configuration file with the login of this registry.',
      'For ECR the AWS identity in use needs ecr:GetAuthorizationToken, and rights to the repositories.',
    ],
  },
  {
    pattern: /\b429\b|toomanyrequests|rate limit/i,
    code: 'RegistryRefused',
    says: 'the registry has had too many requests',
    next: ['Wait a while, or log in: registries allow more to those they know. The same command goes on where it stopped.'],
  },
  {
    pattern:
      /no such host|connection refused|i\/o timeout|no route to host|network is unreachable|handshake timeout|x509:|context deadline exceeded|server gave HTTP response to HTTPS/i,
    code: 'RegistryUnreachable',
    says: 'the registry cannot be reached',
    next: [
      'Check the network, the proxy (HTTPS_PROXY) and the certificates of this machine.',
      'Where this network has no internet, run "platform mirror pull" on a machine that has, and carry the folder here.',
      'A registry that stands in for the publishers may be named: --images-from REGISTRY, --charts-from URL',
    ],
  },
  {
    pattern: /\b404\b|not found|manifest[_ ]unknown|name[_ ]unknown/i,
    code: 'ImageNotFound',
    says: 'the registry does not have it',
    next: ['Check the name and the version. A publisher may have withdrawn it.'],
  },
]

/** Why a registry did not do what it was asked for, as an error of ours. */
export function registryError(stderr: string, action: string, details: Record<string, unknown> = {}): UserError {
  const reason = redactText(stderr.trim().slice(-MOST_REASON))
  const found = EXPLANATIONS.find(({ pattern }) => pattern.test(stderr))
  if (!found)
    return new UserError('ToolFailed', `Could not ${action}.`, { reason: reason === '' ? 'No reason was given.' : reason, details })
  return new UserError(found.code, `Could not ${action}: ${found.says}.`, { reason, next: found.next, details })
}

/** Whether the registry said that there is no such thing. */
export function isMissing(stderr: string): boolean {
  return registryError(stderr, '').code === 'ImageNotFound'
}
