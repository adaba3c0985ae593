import path from 'node:path'
import type { ErrorCode } from '../core/error-codes.js'
import { UserError } from '../core/errors.js'
import { redactText } from '../core/redaction.js'
import type { Diagnostic } from './messages.js'

/** Which Terraform said it, and where: for commands that a user can copy. */
interface Place {
  program: string
  folder: string
}

interface Advice {
  /** Compared with the text in one line: Terraform wraps what it prints for people. */
  pattern: RegExp
  code?: ErrorCode
  next: readonly string[] | ((place: Place) => readonly string[])
}

/** What Terraform's most common errors mean for a user of platform. The first match wins. */
const ADVICE: readonly Advice[] = [
  {
    pattern: /match any of the checksums/i,
    code: 'ChecksumMismatch',
    next: (place) => [
      `${commandIn(place)} providers lock -platform=linux_amd64 -platform=darwin_arm64`,
      'Name each kind of machine that works on this repository. The checksums come from the registry, so this needs internet. ' +
        'Then commit .terraform.lock.hcl and run the same command again.',
    ],
  },
  {
    pattern: /ExpiredToken|RequestExpired|TokenRefreshRequired|\b(?:token|session|credentials)\b[^.]{0,60}\bexpired/i,
    code: 'NoCredentials',
    next: ['Renew your AWS credentials, then run the same command again.'],
  },
  {
    pattern: /No valid credential sources|InvalidClientTokenId|SignatureDoesNotMatch|failed to get shared config profile/i,
    code: 'NoCredentials',
    next: ['Check your AWS credentials (aws sts get-caller-identity).'],
  },
  { pattern: /AWS account ID not allowed/i, code: 'WrongAccount', next: ['Use credentials of the account that platform.yaml names.'] },
  {
    pattern: /AccessDenied|UnauthorizedOperation|not authorized to perform/i,
    code: 'AwsRefused',
    next: ['Ask for the right that the message names, then run the same command again.'],
  },
  // After the credentials: without them the lock cannot be taken either.
  {
    pattern: /Error acquiring the state lock|state lock/i,
    code: 'StateLocked',
    next: ['Wait until the other run has finished, then run the command again.', 'See who holds it: platform lock list'],
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
    next: (place) => [
      `${commandIn(place)} providers mirror ~/terraform-providers`,
      'This needs internet, so run it in a shell of your own: in a sandbox, the Terraform that platform runs cannot leave this machine. ' +
        'Then set terraform.providerMirror: ~/terraform-providers in platform.yaml, and run the same command again.',
      'platform doctor',
    ],
  },
  {
    pattern: /Failed to download module|remote module registry/i,
    next: [
      'Copy the module into the repository and use it from there (source = "../../modules/NAME"): in a sandbox, Terraform cannot leave this machine.',
      'With target aws: check the network and the address of the module.',
    ],
  },
  {
    pattern: /dependency lock file/i,
    next: ({ folder }) => [
      `Bring it back from Git: git checkout HEAD -- ${forShell(path.posix.join(folder, '.terraform.lock.hcl'))}`,
      'When it was never committed, delete it: the same command then chooses the provider again, and writes a new one.',
    ],
  },
  {
    pattern: /saved plan (?:is stale|does not match the given state)/i,
    next: ['The state has changed since this plan was made, so it was not applied. Make a new plan: platform env plan NAME'],
  },
  {
    pattern: /Unsupported state file format|state snapshot was created by/i,
    next: [
      'A newer Terraform has written the state. Install that version, or a newer one, then run the same command again.',
      'See which one is used: platform doctor',
    ],
  },
  { pattern: /no space left on device/i, next: ['Make room on the disk, then run the same command again.'] },
  {
    pattern: /connection refused|no such host|i\/o timeout|connection reset/i,
    next: ['Check the network (in a sandbox: platform sandbox status), then run the same command again.'],
  },
]

const ROOT_MODULE = /(?<=\/)infra\/(?:environments\/[^/]+|shared)$/
const ANYWHERE: Place = { program: 'terraform', folder: path.posix.join('infra', 'environments', 'NAME') }
/** Most of Terraform's words that an error repeats. Its first error tends to be the cause of the others. */
const REASON_LENGTH = 4000

/** An error from what Terraform said. `stderr` is used when it said nothing in its messages. */
export function explainDiagnostics(operation: 'plan' | 'apply', errors: readonly Diagnostic[], stderr: string): UserError {
  const all = errors.map(describe).join('\n') || stderr || 'Terraform ended without saying why (it may have been killed).'
  const advice = adviceFor(all, ANYWHERE)
  const failed = operation === 'apply' ? 'Terraform could not apply the whole plan.' : 'Terraform could not make a plan.'
  return new UserError(advice?.code ?? (operation === 'apply' ? 'ApplyFailed' : 'PlanFailed'), failed, {
    reason: all,
    next: advice?.next ?? ['Mend the cause, then run the same command again: it goes on where this one stopped.'],
    details: {
      errors: errors.map(({ summary, address }) => ({ summary: redactText(summary), ...(address !== undefined && { address }) })),
    },
  })
}

/**
 * An error from what a call that prints for people (`init`, `state rm` …) said on stderr.
 * @returns the code of a known cause, or else `ToolFailed`.
 */
export function explainFailedCall(call: string, stderr: string, { program, folder }: Place): UserError {
  const place = { program, folder: inRepository(folder) }
  const text = redactText(stderr.trim()) || 'Terraform ended without saying why.'
  const advice = adviceFor(stderr, place)
  return new UserError(advice?.code ?? 'ToolFailed', `terraform ${call} failed in ${place.folder}.`, {
    reason: text.length > REASON_LENGTH ? `${text.slice(0, REASON_LENGTH)} …` : text,
    next: advice?.next ?? ['Mend the cause, then run the same command again.'],
    details: { call },
  })
}

function adviceFor(text: string, place: Place): { code: ErrorCode | undefined; next: readonly string[] } | undefined {
  const line = text.replace(/\s+/g, ' ')
  const advice = ADVICE.find(({ pattern }) => pattern.test(line))
  return advice && { code: advice.code, next: typeof advice.next === 'function' ? advice.next(place) : advice.next }
}

/** The folder as seen from the repository, where people work. A dry run works in a copy that is gone by the time somebody reads this. */
function inRepository(folder: string): string {
  return ROOT_MODULE.exec(folder)?.[0] ?? folder
}

function commandIn({ program, folder }: Place): string {
  return `${forShell(program)} -chdir=${forShell(folder)}`
}

function forShell(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function describe({ summary, detail, address, range }: Diagnostic): string {
  const place = [address, range && `${range.filename}:${range.start.line}`].filter(Boolean).join(', ')
  return redactText(`${summary}${place ? ` (${place})` : ''}${detail ? `\n${detail}` : ''}`)
}
