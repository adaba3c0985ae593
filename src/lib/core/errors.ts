import { errorCodes, type ErrorCode } from './error-codes.js'
import type { ExitCode } from './exit-codes.js'

export interface UserErrorOptions {
  cause?: unknown
  /** Why it happened, when that is more than the message says. */
  reason?: string
  /** What to do now: commands to run or things to change, most useful first. */
  next?: readonly string[]
  /** Facts for machines, printed with `--json`. Never secrets. */
  details?: Record<string, unknown>
}

/** Something the user can understand and act on. Every other error is a defect and shows its stack. */
export class UserError extends Error {
  readonly code: ErrorCode
  readonly reason: string | undefined
  readonly next: readonly string[]
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.code = code
    this.reason = options.reason
    this.next = options.next ?? []
    this.details = options.details ?? {}
  }

  get exitCode(): ExitCode {
    return errorCodes[this.code].exitCode
  }
}

/** The `message` of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** True for Node's system errors with one of these codes (`ENOENT`, `EEXIST` …). */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
