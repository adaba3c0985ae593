import type { ErrorCode } from '../core/error-codes.js'
import { UserError } from '../core/errors.js'
import { redactText } from '../core/redaction.js'
import type { Diagnostic } from './messages.js'

interface Advice {
  pattern: RegExp
  code?: ErrorCode
  next: readonly string[]
}

/** What Terraform's most common errors mean for a user of platform. The first match wins. */
const ADVICE: readonly Advice[] = [
  {
    pattern: /Error acquiring the state lock|state lock/i,
    code: 'StateLocked',
    next: ['Wait until the other run has finished, then run the command again.'],
  },
  {
    pattern: /ExpiredToken|security token.*expired|token has expired/i,
    code: 'NoCredentials',
    next: ['Renew your AWS credentials, then run the same command again.'],
  },
  {
    pattern: /No valid credential sources|InvalidClientTokenId|SignatureDoesNotMatch/i,
    code: 'NoCredentials',
    next: ['Check your AWS credentials (aws sts get-caller-identity).'],
  },
  { pattern: /AWS account ID not allowed/i, code: 'WrongAccount', next: ['Use credentials of the account that platform.yaml names.'] },
  {
    pattern: /AccessDenied|UnauthorizedOperation|not authorized to perform/i,
    next: ['Ask for the right that the message names, then run the same command again.'],
  },
  {
    pattern: /LimitExceeded|quota/i,
    next: ['Ask AWS for a higher quota, or make the environment smaller, then run the same command again.'],
  },
  {
    pattern: /already exists|EntityAlreadyExists|ResourceInUse/i,
    next: ['Something with this name was made outside the state. Run the same command again: it looks for what exists and imports it.'],
  },
  {
    pattern: /Failed to query available provider packages|provider registry|Failed to install provider/i,
    code: 'ProviderMissing',
    next: ['platform doctor'],
  },
  {
    pattern: /connection refused|no such host|i\/o timeout|connection reset/i,
    next: ['Check the network (in a sandbox: platform sandbox status), then run the same command again.'],
  },
]

/** An error from what Terraform said. `stderr` is used when it said nothing in its messages. */
export function explainDiagnostics(operation: 'plan' | 'apply', errors: readonly Diagnostic[], stderr: string): UserError {
  const texts = errors.map(describe)
  const all = texts.join('\n') || stderr || 'Terraform ended without saying why (it may have been killed).'
  const advice = ADVICE.find(({ pattern }) => pattern.test(all))
  const failed = operation === 'apply' ? 'Terraform could not apply the whole plan.' : 'Terraform could not make a plan.'
  return new UserError(advice?.code ?? (operation === 'apply' ? 'ApplyFailed' : 'PlanFailed'), failed, {
    reason: all,
    next: advice?.next ?? ['Mend the cause, then run the same command again: it goes on where this one stopped.'],
    details: {
      errors: errors.map(({ summary, address }) => ({ summary: redactText(summary), ...(address !== undefined && { address }) })),
    },
  })
}

function describe({ summary, detail, address, range }: Diagnostic): string {
  const place = [address, range && `${range.filename}:${range.start.line}`].filter(Boolean).join(', ')
  return redactText(`${summary}${place ? ` (${place})` : ''}${detail ? `\n${detail}` : ''}`)
}
