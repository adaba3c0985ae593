import { Errors } from '@oclif/core'
import { explainAwsError } from '../aws/explain-error.js'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'

/**
 * Turns whatever was thrown into an error with a code.
 * @param signal the run's signal: an error after an interrupt is most likely its consequence.
 */
export function toUserError(error: unknown, signal?: AbortSignal): UserError {
  if (error instanceof UserError) return error
  if (signal?.aborted === true && signal.reason instanceof UserError) return signal.reason
  return fromFileSystem(error) ?? fromAws(error) ?? unexpected(error)
}

/**
 * Turns an error of oclif's parser into `BadFlag`.
 * @param flagNames flags that the command has, for the suggestion.
 */
export function toUsageError(error: unknown, command: string, flagNames: readonly string[]): UserError {
  const help = `${command} --help`
  if (error instanceof UserError) return ofFlag(error, help)
  if (!(error instanceof Errors.CLIError) && !PARSING.test(messageOf(error))) return toUserError(error)
  const unknown = error instanceof Error ? stringList(error, 'flags') : []
  if (unknown.length > 0) {
    const suggestions = unknown.flatMap((flag) => nearest(flag.replace(/^-+/, ''), flagNames) ?? [])
    return new UserError('BadFlag', `${quoted(unknown)} is not a flag of ${command}.`, {
      ...(suggestions.length > 0 && { reason: `Did you mean ${suggestions.map((name) => `--${name}`).join(', ')}?` }),
      next: [help],
      details: { flags: unknown, suggestions: suggestions.map((name) => `--${name}`) },
    })
  }
  const flag = PARSING.exec(messageOf(error))?.[1]
  const message = usageMessage(error as Error, command)
  return flag === undefined
    ? new UserError('BadFlag', message, { next: [help] })
    : new UserError('BadFlag', `--${flag}: ${message}`, { next: [help], details: { flag: `--${flag}` } })
}

/** oclif writes this before the message of whatever the `parse` function of a flag has thrown. */
const PARSING = /^Parsing --([\w-]+) \n\t/

function ofFlag(error: UserError, help: string): UserError {
  const flag = PARSING.exec(error.message)?.[1]
  return new UserError(error.code, flag === undefined ? error.message : `--${flag}: ${bareMessage(error)}`, {
    ...(error.reason !== undefined && { reason: error.reason }),
    next: error.next.length > 0 ? error.next : [help],
    details: { ...(flag !== undefined && { flag: `--${flag}` }), ...error.details },
  })
}

function bareMessage(error: Error): string {
  return error.message
    .replace(PARSING, '')
    .replace(/\s*See more help with --help\s*$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
}

function usageMessage(error: Error, command: string): string {
  const args = 'args' in error && Array.isArray(error.args) ? error.args : []
  if (error.constructor.name === 'RequiredArgsError') {
    return `${command} needs ${args.map((arg: { name: string }) => arg.name.toUpperCase()).join(' and ')}.`
  }
  const notAllowed = /^Expected (?:(--[\w-]+)=)?(.*) to be one of: (.*?)\s*(?:\n|$)/s.exec(error.message)
  if (notAllowed) return notAllowedMessage(notAllowed[1], notAllowed[2] ?? '', (notAllowed[3] ?? '').split(', '))
  if (error.constructor.name === 'UnexpectedArgsError') return `${quoted(args.map(String))} is one argument too many for ${command}.`
  const text = bareMessage(error).replaceAll(/\s*\n\s*/g, ' ')
  const [, missing] = /^Missing required flag (\S+)$/.exec(text) ?? []
  if (missing !== undefined) return `${command} needs --${missing}.`
  // oclif repeats the value as well.
  const [, one, other] = /^(--[\w-]+)\b.* cannot also be provided when using (--[\w-]+)/.exec(text) ?? []
  if (one !== undefined) return `${one} and ${other} do not go together.`
  const [, flag, needed] = /^All of the following must be provided when using (--[\w-]+): (.*)$/.exec(text) ?? []
  if (flag !== undefined) return `${flag} needs ${needed} too.`
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function notAllowedMessage(flag: string | undefined, value: string, allowed: readonly string[]): string {
  const meant = nearest(value, allowed)
  return `${JSON.stringify(value)} is not allowed${flag === undefined ? '' : ` for ${flag}`}. Allowed: ${allowed.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`
}

function stringList(error: object, field: string): string[] {
  const value: unknown = field in error ? (error as Record<string, unknown>)[field] : undefined
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ')
}

function fromFileSystem(error: unknown): UserError | undefined {
  if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) return undefined
  const { path: file, syscall, code } = error
  if (file === undefined && syscall !== 'write') return undefined
  return new UserError('FileNotWritable', `Cannot use ${file ?? 'a file'}.`, {
    cause: error,
    reason: messageOf(error),
    next: [
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'Make room on the disk, then run the command again.'
        : 'Check who owns the file and what its rights are, then run the command again.',
    ],
    details: { ...(file !== undefined && { file }), systemCode: code ?? null },
  })
}

/** Answers of AWS that no use case has explained. The SDK marks its errors with `$metadata`. */
function fromAws(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !('$metadata' in error || error.name === 'CredentialsProviderError')) return undefined
  const explained = explainAwsError(error, 'call AWS')
  return explained instanceof UserError ? explained : undefined
}

function unexpected(error: unknown): UserError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : `${String(error)} was thrown.`
  return new UserError('Unexpected', messageOf(error) || 'Something went wrong inside platform.', {
    cause: error,
    reason: stack,
    next: ['This is a defect in platform. Please report it with the lines above and the output of: platform --version'],
    details: { stack },
  })
}
